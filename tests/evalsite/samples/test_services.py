from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from evalsite.samples.errors import EmptySetError, InvalidNameError, NameTakenError, SourceError, StoreError
from evalsite.samples.models import Checkpoint, SampleImage, SampleSet
from evalsite.samples.selectors import (
    describe_facts,
    describe_images,
    image_digests,
    image_facts,
    image_labels,
    image_paths,
    manifest_digest,
)
from evalsite.samples.services import (
    NewImage,
    add_checkpoint,
    checkpoints,
    create_empty_set,
    create_sample_set,
    import_sample_set,
)
from evalsite.samples.storage import store
from tests.support.environment import own_site

Encoded = Callable[..., bytes]
Maker = Callable[..., Path]


@pytest.fixture
def mixed(encoded: Encoded) -> dict[str, bytes]:
    return {
        "cat/1.png": encoded(1),
        "cat/2.png": encoded(2, mode="P"),
        "dog/1.jpg": encoded(3, format="JPEG"),
        "dog/again.png": encoded(1),
        "dog/notes.txt": b"not an image",
    }


def kept_files(data_folder: Path) -> list[str]:
    return [path.name for path in (data_folder / "media").rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_an_import_takes_converts_and_refuses_each_by_name(
    archive: Maker, mixed: dict[str, bytes], now: datetime
) -> None:
    summary = import_sample_set(
        name="pets", kind="reference", source=archive(mixed), now=now, attribution="me"
    )
    made = SampleSet.objects.get(name="pets")
    assert summary.sample_set == made
    assert summary.accepted == made.count == 4
    assert summary.converted == [("cat/2.png", "palette to RGB")]
    assert [name for name, _ in summary.refused] == ["dog/notes.txt"]
    assert image_labels(made) == ["cat", "cat", "dog", "dog"]
    assert made.settings["formats"] == {"JPEG": 1, "PNG": 3}
    assert made.settings["refused"][0][0] == "dog/notes.txt"
    assert (made.kind, made.origin, made.attribution, made.created_at) == (
        "reference",
        "imported from images.zip",
        "me",
        now,
    )


@pytest.mark.django_db
def test_files_lie_once_and_as_they_came(
    archive: Maker, mixed: dict[str, bytes], now: datetime, data_folder: Path
) -> None:
    made = import_sample_set(name="pets", kind="reference", source=archive(mixed), now=now).sample_set
    digests = image_digests(made)
    assert digests[0] == digests[3]
    assert sorted(kept_files(data_folder)) == sorted(set(digests.values()))
    assert store().read(digests[2]) == mixed["dog/1.jpg"]
    assert [path.name for path in image_paths(made)] == [digests[position] for position in range(4)]


@pytest.mark.django_db
def test_a_folder_and_a_zip_of_it_make_the_same_set(
    archive: Maker, folder: Maker, mixed: dict[str, bytes], now: datetime
) -> None:
    zipped = import_sample_set(name="zip", kind="reference", source=archive(mixed), now=now).sample_set
    walked = import_sample_set(name="folder", kind="reference", source=folder(mixed), now=now).sample_set
    assert zipped.manifest_digest == walked.manifest_digest


@pytest.mark.django_db
def test_the_manifest_digest_is_over_digests_and_labels_in_order(
    archive: Maker, mixed: dict[str, bytes], now: datetime
) -> None:
    made = import_sample_set(name="pets", kind="reference", source=archive(mixed), now=now).sample_set
    pairs = list(zip(image_digests(made).values(), image_labels(made), strict=True))
    assert made.manifest_digest == manifest_digest(pairs)
    assert manifest_digest(pairs[::-1]) != made.manifest_digest
    assert manifest_digest([("a" * 64, "x")]) == hashlib.sha256(b"a" * 64 + b" x\n").hexdigest()


@pytest.mark.django_db
def test_progress_is_told_after_every_file(archive: Maker, mixed: dict[str, bytes], now: datetime) -> None:
    told: list[tuple[int, int]] = []
    import_sample_set(
        name="pets",
        kind="reference",
        source=archive(mixed),
        now=now,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(number, 5) for number in range(1, 6)]


@pytest.mark.django_db
def test_a_taken_name_is_refused_before_anything_is_read(
    archive: Maker, mixed: dict[str, bytes], now: datetime
) -> None:
    create_empty_set(name="pets", kind="reference", origin="elsewhere", now=now)
    with pytest.raises(NameTakenError, match="'pets' exists already; choose another name"):
        import_sample_set(
            name="pets",
            kind="reference",
            source=archive(mixed),
            now=now,
            progress=lambda *_: pytest.fail("read"),
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("files", "sentence"),
    [({}, "holds no files"), ({"a.txt": b"x", "b.txt": b"x"}, "none of the 2 files .* a.txt: not an image")],
)
def test_an_import_that_accepts_nothing_makes_no_set(
    archive: Maker, now: datetime, files: dict[str, bytes], sentence: str
) -> None:
    with pytest.raises(EmptySetError, match=sentence):
        import_sample_set(name="none", kind="reference", source=archive(files), now=now)
    assert not SampleSet.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("error", [StoreError(28, "full"), KeyboardInterrupt(), SourceError("ends")])
def test_an_import_that_breaks_off_leaves_neither_rows_nor_half_files(
    archive: Maker, mixed: dict[str, bytes], now: datetime, data_folder: Path, error: BaseException
) -> None:
    def break_off(done: int, _total: int) -> None:
        if done == 3:
            raise error

    with pytest.raises(type(error)):
        import_sample_set(name="pets", kind="reference", source=archive(mixed), now=now, progress=break_off)
    assert not SampleSet.objects.exists()
    assert kept_files(data_folder) == []


@pytest.mark.django_db
def test_rows_come_all_or_not_at_all(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("connection lost")

    monkeypatch.setattr(SampleImage.objects, "bulk_create", fail)
    with pytest.raises(RuntimeError):
        create_sample_set(name="new", kind="generated", images=[NewImage("a" * 64, 8, 8)], now=now)
    assert not SampleSet.objects.exists()


KILLED = """
import os, signal, sys
import django
django.setup()
from pathlib import Path
from django.core.management import call_command
from django.utils import timezone
from evalsite.samples.models import SampleImage, SampleSet
from evalsite.samples.services import import_sample_set
call_command("migrate", "samples", verbosity=0)
def die(done, total):
    if done == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
print(SampleSet.objects.count(), SampleImage.objects.count(), flush=True)
summary = import_sample_set(
    name="pets", kind="reference", source=Path(sys.argv[1]), now=timezone.now(), progress=die
)
print(summary.accepted, SampleImage.objects.count())
"""


def test_after_sigkill_nothing_is_half_imported_and_the_next_import_succeeds(
    archive: Maker, mixed: dict[str, bytes], tmp_path: Path
) -> None:
    source = str(archive(mixed))
    environment = own_site(tmp_path / "killed")

    def attempt(dies_at: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", KILLED, source, str(dies_at)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    first = attempt(3)
    assert (first.returncode, first.stdout.split()) == (-signal.SIGKILL, ["0", "0"]), first.stderr
    second = attempt(-1)
    assert second.stdout.split() == ["0", "0", "4", "4"], second.stderr


@pytest.mark.django_db
def test_an_unknown_kind_is_refused(now: datetime) -> None:
    with pytest.raises(ValueError, match="kind was 'fake'; expected reference or generated"):
        create_empty_set(name="x", kind="fake", origin="", now=now)


@pytest.mark.django_db
def test_a_set_of_no_images_is_refused(now: datetime) -> None:
    with pytest.raises(EmptySetError, match="holds at least one"):
        create_sample_set(name="x", kind="generated", images=[], now=now)


@pytest.mark.django_db
def test_an_empty_set_names_a_source(now: datetime) -> None:
    made = create_empty_set(name="NVAE", kind="generated", origin="Stein et al.", now=now)
    assert (made.count, made.manifest_digest, image_paths(made)) == (0, "", [])


@pytest.mark.django_db
def test_checkpoints_are_kept_once(tmp_path: Path, now: datetime) -> None:
    (tmp_path / "weights").write_bytes(b"weights")
    facts = {"model": "gan", "description": {"seed": 0}, "now": now}
    made = add_checkpoint(name="gan", data=tmp_path / "weights", **facts)
    assert store().read(made.sha256) == b"weights"
    assert add_checkpoint(name="gan", data=b"weights", **facts) == made
    with pytest.raises(NameTakenError, match="exists already and is another file"):
        add_checkpoint(name="gan", data=b"other", **facts)
    with pytest.raises(NameTakenError, match="registered already, as 'gan'"):
        add_checkpoint(name="copy", data=b"weights", **facts)
    assert Checkpoint.objects.count() == 1


@pytest.mark.django_db
def test_a_checkpoint_that_another_process_keeps_meanwhile_is_that_one(
    monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    facts = {"name": "gan", "data": b"weights", "model": "gan", "description": {}, "now": now}
    made = add_checkpoint(**facts)
    look, looks = checkpoints._kept_checkpoint, []

    def too_early(wanted: Checkpoint) -> Checkpoint | None:
        looks.append(wanted)
        return look(wanted) if len(looks) > 1 else None

    monkeypatch.setattr(checkpoints, "_kept_checkpoint", too_early)
    assert add_checkpoint(**facts) == made
    assert len(looks) == 2


@pytest.mark.django_db
def test_images_are_described_by_their_commonest_values(
    archive: Maker, mixed: dict[str, bytes], now: datetime
) -> None:
    made = import_sample_set(name="pets", kind="reference", source=archive(mixed), now=now).sample_set
    assert describe_images(made, "label") == "cat (2), dog (2)"
    assert describe_images(made, "label", most=1) == "cat (2) and 1 more"
    assert describe_images(made, "conversion") == "palette to RGB (1)"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values", [{"name": "  "}, {"name": "x" * 121}, {"name": "a\nb"}, {"origin": "x" * 301}]
)
def test_names_that_the_database_or_a_reader_would_stumble_over_change_nothing(
    archive: Maker, mixed: dict[str, bytes], now: datetime, data_folder: Path, values: dict[str, str]
) -> None:
    asked: Any = {"name": "pets", "kind": "reference", "source": archive(mixed), "now": now, **values}
    with pytest.raises(InvalidNameError):
        import_sample_set(**asked)
    assert not SampleSet.objects.exists()
    assert kept_files(data_folder) == []


@pytest.mark.django_db
def test_a_name_is_kept_without_the_blanks_around_it(
    archive: Maker, mixed: dict[str, bytes], now: datetime
) -> None:
    source = archive(mixed)
    made = import_sample_set(name=" pets ", kind="reference", source=source, now=now).sample_set
    assert made.name == "pets"
    with pytest.raises(NameTakenError):
        import_sample_set(name="pets  ", kind="reference", source=source, now=now)


@pytest.fixture
def described(archive: Maker, encoded: Encoded) -> Path:
    rows = b"file_name,prompt,gold\ncat/1.png,a cat,1\ncat/2.png,,2\ndog/1.png,a cat,3\ndog/2.png,a dog,4\n"
    names = ("cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png")
    return archive({"metadata.csv": rows, **{name: encoded(seed) for seed, name in enumerate(names)}})


@pytest.mark.django_db
def test_facts_of_images_are_kept_in_order_and_counted(described: Path, now: datetime) -> None:
    made = import_sample_set(name="facts", kind="generated", source=described, now=now).sample_set
    assert made.fact_columns == ["label", "prompt", "gold"]
    assert image_facts(made.pk, ["prompt", "label", "other"]) == {
        "prompt": ["a cat", "", "a cat", "a dog"],
        "label": ["cat", "cat", "dog", "dog"],
        "other": ["", "", "", ""],
    }
    label, prompt, gold = describe_facts(made)
    assert (label.distinct, label.examples, label.missing) == (2, ("cat", "dog"), 0)
    assert (prompt.distinct, prompt.examples, prompt.missing) == (2, ("a cat", "a dog"), 1)
    assert (gold.distinct, gold.examples) == (4, ("1", "2", "3"))


@pytest.mark.django_db
def test_the_manifest_digest_covers_facts(encoded: Encoded, now: datetime) -> None:
    sha256 = store().put(encoded())
    digests = {
        create_sample_set(
            name=str(number), kind="generated", images=[NewImage(sha256, 8, 8, facts=facts)], now=now
        ).manifest_digest
        for number, facts in enumerate(({}, {"prompt": "a"}, {"prompt": "b"}, {"gold": "a"}))
    }
    assert len(digests) == 4


@pytest.mark.django_db
def test_faulty_metadata_makes_no_set_and_keeps_no_file(
    archive: Maker, encoded: Encoded, now: datetime, data_folder: Path
) -> None:
    source = archive({"metadata.csv": b"file_name\n2.png\n", "1.png": encoded()})
    with pytest.raises(SourceError, match="files that are not there"):
        import_sample_set(name="bad", kind="generated", source=source, now=now)
    assert not SampleSet.objects.exists()
    assert not kept_files(data_folder)


@pytest.mark.django_db
def test_a_set_remembers_what_its_import_warned_of(archive: Maker, encoded: Encoded, now: datetime) -> None:
    source = archive({"0.png": encoded(), "cat/1.png": encoded(1)})
    summary = import_sample_set(name="mixed", kind="generated", source=source, now=now)
    assert "have no class" in summary.warnings[0]
    assert summary.sample_set.settings["warnings"] == list(summary.warnings)
