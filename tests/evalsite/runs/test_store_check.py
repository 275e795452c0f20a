from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from evalsite.runs.models import GeneratorView
from evalsite.samples.models import Checkpoint, SampleSet
from evalsite.samples.services import NewImage, add_checkpoint, create_sample_set
from evalsite.samples.storage import store

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _data_folder(settings: Any, tmp_path: Path) -> None:
    settings.EVALSITE_DATA = tmp_path


def make_set(name: str, *contents: bytes) -> SampleSet:
    images = [NewImage(store().put(data), 8, 8) for data in contents]
    return create_sample_set(name=name, kind="generated", images=images, now=timezone.now())


@pytest.fixture
def checkpoint() -> Checkpoint:
    made = add_checkpoint(name="gan", data=b"weights", model="gan", description={}, now=timezone.now())
    picture = {"sha256": store().put(b"picture"), "caption": "", "width": 8, "height": 8}
    GeneratorView.objects.create(
        checkpoint=made, name="walk", position=0, title="Walk", about="", rows=[picture],
        created_at=timezone.now(),
    )  # fmt: skip
    return made


def check(*words: str) -> tuple[int, str]:
    """Exit status and output of the command."""
    out = StringIO()
    try:
        call_command("check_store", *words, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


def files() -> dict[str, bytes]:
    return {place.name: place.read_bytes() for place in store().root.glob("??/*")}


def test_a_whole_store_passes_and_what_no_row_names_is_passed_over(checkpoint: Checkpoint) -> None:
    make_set("pets", b"one", b"two")
    store().path(store().put(b"named by nothing")).write_bytes(b"altered")
    assert check() == (0, "All 4 stored files are there and unchanged.\n")
    assert json.loads(check("--json")[1]) == {"files": 4, "faulty": []}


def test_every_faulty_file_is_named_by_all_that_use_it_and_nothing_is_written(checkpoint: Checkpoint) -> None:
    make_set("pets", b"one", b"two")
    make_set("more pets", b"two")
    two = store().put(b"two")
    store().path(two).write_bytes(b"altered")
    store().path(store().put(b"weights")).unlink()
    store().path(store().put(b"picture")).write_bytes(b"altered")
    before = files()
    status, output = check()
    assert status == 1
    assert output.splitlines()[:4] == [
        f"damaged: sample set 'more pets', position 0 (SHA-256 {two})",
        f"damaged: sample set 'pets', position 1 (SHA-256 {two})",
        f"missing: checkpoint 'gan' (SHA-256 {checkpoint.sha256})",
        f"damaged: view 'Walk of gan' (SHA-256 {GeneratorView.objects.get().rows[0]['sha256']})",
    ]
    assert output.splitlines()[4].startswith("3 of 4 stored files are missing or damaged. Import")
    assert files() == before


def test_programs_read_the_same_as_json() -> None:
    make_set("pets", b"one", b"two")
    two = store().put(b"two")
    store().path(two).unlink()
    status, output = check("--json")
    assert status == 1
    assert json.loads(output) == {
        "files": 2,
        "faulty": [
            {"fault": "missing", "kind": "sample set", "name": "pets", "position": 1, "sha256": two},
        ],
    }


def test_a_store_that_is_away_is_said_so(tmp_path: Path) -> None:
    make_set("pets", b"one")
    (tmp_path / "media").rename(tmp_path / "elsewhere")
    with pytest.raises(CommandError, match="mount the disk"):
        check()
