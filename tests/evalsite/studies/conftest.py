"""A study that can be opened, over sets whose images need no files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evalsite.recruiters import registry as recruiters
from evalsite.samples.models import SampleSet
from evalsite.samples.services import NewImage, create_sample_set
from evalsite.studies.freezing import BlockData, ConditionData, SetData, StudyData
from evalsite.studies.models import Block, Condition, Study
from evalsite.tasks import registry as tasks
from tests.support.faulty import faulty_file

NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(autouse=True)
def data_folder(settings: Any, tmp_path: Path) -> None:
    settings.EVALSITE_DATA = tmp_path


@pytest.fixture
def make_set(db: None) -> Callable[..., SampleSet]:
    def make(name: str, kind: str = "generated", count: int = 100) -> SampleSet:
        images = [NewImage(f"{number:064x}", 8, 8) for number in range(count)]
        return create_sample_set(name=name, kind=kind, images=images, now=NOW)

    return make


@pytest.fixture
def reference(make_set: Callable[..., SampleSet]) -> SampleSet:
    return make_set("real photographs", kind="reference")


@pytest.fixture
def study(make_set: Callable[..., SampleSet], reference: SampleSet) -> Study:
    made = Study.objects.create(slug="faces", title="Faces", reference_set=reference, created_at=NOW)
    for position, name in enumerate(("gan", "vae")):
        Condition.objects.create(
            study=made, name=name, sample_set=make_set(f"{name} samples"), position=position
        )
    Block.objects.create(
        study=made, task="rapid_scene", trials_per_block=20, practice_trials=2, catch_trials=1
    )
    return made


@pytest.fixture
def data() -> StudyData:
    """The same study, free of the database."""
    return StudyData(
        slug="faces",
        title="Faces",
        texts={"consent": "Do you?", "instructions": "Look.", "debriefing": "Thanks."},
        assignment="within",
        stimulus_px=64,
        display_px=256,
        seed=0,
        recruiter="open_link",
        reference=SetData(1, "photographs", "reference", "a" * 64, 100),
        conditions=[
            ConditionData("gan", SetData(2, "gan samples", "generated", "b" * 64, 100)),
            ConditionData("vae", SetData(3, "vae samples", "generated", "c" * 64, 100)),
        ],
        blocks=[BlockData("rapid_scene", {}, 20, 2, 1)],
    )


@pytest.fixture
def faulty_task(tmp_path: Path) -> Iterator[str]:
    """The sentence on a file of the tasks, `mine.py`, that can't be imported."""
    with faulty_file(tasks, _folder(tmp_path / "tasks")) as sentence:
        yield sentence


@pytest.fixture
def faulty_recruiter(tmp_path: Path) -> Iterator[str]:
    """The sentence on a file of the recruiters, `mine.py`, that can't be imported."""
    with faulty_file(recruiters, _folder(tmp_path / "recruiters")) as sentence:
        yield sentence


def _folder(path: Path) -> Path:
    path.mkdir()
    return path
