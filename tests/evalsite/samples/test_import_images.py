from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from evalsite.samples.models import SampleSet

CIFAR = Path(__file__).parents[4] / "shared" / "data" / "cifar10-test.zip"

Encoded = Callable[..., bytes]
Maker = Callable[..., Path]


def run(path: Path, name: str = "pets") -> str:
    out = io.StringIO()
    call_command("import_images", str(path), name=name, kind="generated", origin="a test", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_output_names_what_was_converted_and_refused(archive: Maker, encoded: Encoded) -> None:
    files = {"a/1.png": encoded(1), "a/2.png": encoded(2, mode="RGBA"), "a/3.txt": b"words"}
    lines = run(archive(files)).splitlines()
    made = SampleSet.objects.get()
    assert lines[0] == "converted a/2.png: transparency laid on white"
    assert lines[1].startswith("refused a/3.txt: not an image in a known format")
    assert lines[2] == (
        f"pets: 2 images imported, 1 of them converted, 1 refused; facts: none; "
        f"manifest {made.manifest_digest}"
    )
    assert (made.kind, made.origin) == ("generated", "a test")


@pytest.mark.django_db
def test_a_taken_name_ends_in_a_sentence(archive: Maker, encoded: Encoded) -> None:
    run(archive({"1.png": encoded(1)}))
    with pytest.raises(CommandError, match="'pets' exists already; choose another name"):
        run(archive({"1.png": encoded(1)}))
    assert SampleSet.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("content", [None, b"no archive"])
def test_what_can_not_be_read_ends_in_a_sentence(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(CommandError, match="give"):
        run(tmp_path / "x.zip")
    assert not SampleSet.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.skipif(not CIFAR.exists(), reason="shared/data/cifar10-test.zip is not here")
def test_cifar10_imports_as_it_is() -> None:
    output = run(CIFAR)
    made = SampleSet.objects.get()
    assert "10000 images imported, 0 of them converted, 0 refused" in output
    assert made.count == made.images.count() == 10_000
    assert made.images.filter(label="airplane").count() == 1000
    assert made.settings["formats"] == {"JPEG": 10_000}
