"""A study that people answered and machines measured, and members of the staff who ask for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from evalsite.jobs.models import Job
from evalsite.launch.roles import create_roles
from evalsite.runs.models import MetricRun
from evalsite.runs.records import import_values
from evalsite.runs.services import request_evaluation
from evalsite.samples.models import SampleSet
from evalsite.samples.services import NewImage, create_sample_set
from evalsite.studies.models import Block, Condition, Study
from evalsite.studies.services import open_study
from evalsite.trials.models import Participant, Response, Session, Trial

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMESPACE = UUID(int=7)
PLATFORM_ID = "5f2c-prolific-pid"
SETS = {"real": "reference", "gan": "generated", "vae": "generated", "wgan": "generated"}


@pytest.fixture(autouse=True)
def _unthrottled() -> Iterator[None]:
    """Each test starts with nobody having asked for anything."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def sets(db) -> dict[str, SampleSet]:
    return {name: _make_set(name, kind) for name, kind in SETS.items()}


@pytest.fixture
def study(sets: dict[str, SampleSet]) -> Study:
    texts = dict.fromkeys(("consent_text", "instructions_text", "debriefing_text"), "Words.")
    study = Study.objects.create(
        slug="flash", title="Flash", reference_set=sets["real"], stimulus_px=8, created_at=NOW, **texts
    )
    for position, name in enumerate(("gan", "vae", "wgan")):
        Condition.objects.create(study=study, name=name, sample_set=sets[name], position=position)
    for position, task in enumerate(("rapid_scene", "pairwise")):
        Block.objects.create(study=study, position=position, task=task, trials_per_block=6, practice_trials=0)
    open_study(study=study, now=NOW)
    study.refresh_from_db()
    return study


@pytest.fixture
def answered(study: Study) -> Study:
    """Two live raters and a simulated one, half a minute apart; a preview that nobody counts."""
    for number, kind in enumerate(("live", "live", "simulated", "preview")):
        _sit(study, kind, number)
    return study


@pytest.fixture
def runs(sets: dict[str, SampleSet]) -> dict[str, MetricRun]:
    """One run waits, one has failed, three hold imported values."""
    asked = {"reference_set": sets["real"], "metrics": ["fid"], "settings": {"seed": 0}, "now": NOW}
    waiting = request_evaluation(sample_set=sets["gan"], **asked)
    failed = request_evaluation(sample_set=sets["vae"], **asked)
    Job.objects.filter(pk=failed.job_id).update(state=Job.State.FAILED, error="It broke.")
    origin = {"source": "table.csv", "digest": "ab" * 32}
    imported = [
        import_values(sample_set=sets[name], values={"fid": value}, provenance=origin, now=NOW)
        for name, value in (("gan", 40.0), ("vae", 90.0), ("wgan", float("inf")))
    ]
    return {"waiting": waiting, "failed": failed, "imported": imported[0]}


@pytest.fixture
def staff(db) -> dict[str, User]:
    """Users by what they are, each with a token of the same name."""
    roles = {group.name: group for group in create_roles()}
    users = {
        "rater": User.objects.create_user("rater", password="rain on the roof"),
        "newcomer": User.objects.create_user("newcomer", is_staff=True),
        "analyst": User.objects.create_user("analyst", is_staff=True),
        "researcher": User.objects.create_user("researcher", password="rain on the roof", is_staff=True),
    }
    users["rater"].groups.add(roles["Researchers"])
    users["analyst"].groups.add(roles["Analysts"])
    users["researcher"].groups.add(roles["Researchers"])
    for name, user in users.items():
        Token.objects.create(user=user, key=name)
    return users


@pytest.fixture
def client_of(staff: dict[str, User]) -> Callable[[str], APIClient]:
    """The client of a member of the staff; of a stranger, if nobody has the name."""

    def make(name: str) -> APIClient:
        client = APIClient()
        if name in staff:
            client.credentials(HTTP_AUTHORIZATION=f"Token {name}")
        return client

    return make


@pytest.fixture
def api(client_of: Callable[[str], APIClient]) -> APIClient:
    return client_of("researcher")


def _make_set(name: str, kind: str) -> SampleSet:
    digests = [sha256(f"{name} {number}".encode()).hexdigest() for number in range(8)]
    images = [NewImage(digest, 8, 8, label=f"class {i % 2}") for i, digest in enumerate(digests)]
    return create_sample_set(name=name, kind=kind, images=images, now=NOW)


def _sit(study: Study, kind: str, number: int) -> None:
    """A completed session of six trials, one of them invalid, all received at one moment."""
    arrived = NOW + timedelta(seconds=30 * number)
    version = study.versions.get()
    participant = Participant.objects.create(
        study=study, recruiter="open_link", external_id=f"{PLATFORM_ID}-{number}", created_at=arrived
    )
    session = Session.objects.create(
        participant=participant, study=study, version=version, kind=kind, state="completed", seed=number,
        device={"browser": "Chrome", "os": "Linux", "refresh_hz": 60.0},
        recruitment={"PROLIFIC_PID": PLATFORM_ID}, completion_code="ABCD-1234",
        created_at=arrived, last_seen_at=arrived, completed_at=arrived,
    )  # fmt: skip
    for position, condition in enumerate(("gan", "vae", "wgan", "real", "real", "real")):
        said = "real" if position % 2 == number % 2 else "generated"
        _answer(session, version, position, condition, said, arrived)


def _answer(
    session: Session, version: Any, position: int, condition: str, said: str, arrived: datetime
) -> None:
    stimuli = [{"slot": "image", "condition": condition, "image": position}]
    trial = Trial.objects.create(
        session=session, position=position, block=0, kind="scored",
        plan={"kind": "scored", "stimuli": stimuli, "settings": {}}, presentation={"exposure_ms": 100},
    )  # fmt: skip
    truth = "real" if condition == "real" else "generated"
    Response.objects.create(
        id=uuid5(NAMESPACE, f"{session.seed}/{position}"), trial=trial, session=session, version=version,
        answer={"answer": said},
        score={"condition": condition, "truth": truth, "judged": said, "correct": said == truth},
        exposures=[{"planned_frames": 6, "achieved_frames": 6, "shown_ms": 100.0, "period_ms": 16.67}],
        rt_ms=500.0 + position, valid=position != 5,
        invalid_reason="" if position != 5 else "A frame was dropped.",
        answered_at=arrived, received_at=arrived,
    )  # fmt: skip
