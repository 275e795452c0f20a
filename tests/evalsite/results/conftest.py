"""Estimates, tables and studies that the tests of this room share."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import numpy as np
import pytest
from PIL import Image

from evalsite.results.joining import Measured, PoolEstimates, ResultTable, join
from evalsite.samples.models import SampleSet
from evalsite.samples.services import NewImage, create_sample_set
from evalsite.samples.storage import store
from evalsite.studies.models import Block, Condition, Study, StudyVersion
from evalsite.studies.planning import from_json, read_block
from evalsite.studies.services import open_study
from evalsite.tasks import registry as tasks
from evalsite.tasks.protocol import Estimate
from evalsite.tasks.simulation import SimulatedRater
from evalsite.trials import services
from evalsite.trials.models import Session, Trial
from evalsite.trials.quality import Exposure
from evalsite.trials.wire.messages import Device, Submission
from tests.support.faulty import FAULTY, faulty_file

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FRAME_MS = 1000 / 60
NAMESPACE = UUID(int=0)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def estimate():
    def make(condition: str, value: float | None, quantity: str = "deception_rate", **more: Any) -> Estimate:
        ends = {"low": None, "high": None} if value is None else {"low": value - 0.05, "high": value + 0.05}
        known = {"n_raters": 20, "n_trials": 400, "chance": 0.5, "better": "higher", "unit": "share", **ends}
        return Estimate(condition, quantity, value, **{**known, **more})

    return make


@pytest.fixture
def table(estimate) -> ResultTable:
    """Four conditions, two human quantities of one unit, one metric; the names would break naive plots."""
    names = ("<b>gan</b>", "$x$", "wgan_gp", "vae")
    rates = [estimate(name, 0.1 * i) for i, name in enumerate(names, start=1)]
    real = [estimate(name, 0.3, "deception_rate_real", better="") for name in names]
    block = PoolEstimates((1,), "rapid_scene", "Rapid scene", (*rates, *real))
    measured = {
        name: [Measured("fid", "fid", "FID", 40.0 - 7 * i * i, better="lower")]
        for i, name in enumerate(names)
    }
    return join(names, [block], measured)


@pytest.fixture
def make_set(db):
    """Makes a sample set of tiny images, all different, two labels."""

    def make(name: str, kind: str = "generated", count: int = 24) -> SampleSet:
        rng = np.random.default_rng(sum(name.encode()))
        images = []
        for i in range(count):
            buffer = io.BytesIO()
            Image.fromarray(rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)).save(buffer, "PNG")
            images.append(NewImage(store().put(buffer.getvalue()), 8, 8, label=f"class {i % 2}"))
        return create_sample_set(name=name, kind=kind, images=images, now=NOW)

    return make


@pytest.fixture
def make_study(make_set):
    """Makes and opens a study of these blocks (task and params) over generated sets of these names.

    The first block is a qualification where its required share is given.
    """

    def make(
        slug: str = "flash",
        conditions: tuple[str, ...] = ("gan", "vae"),
        blocks: tuple[tuple[str, Mapping[str, Any]], ...] = (("rapid_scene", {}),),
        trials: int = 12,
        qualification: float | None = None,
        **more: Any,
    ) -> Study:
        texts = dict.fromkeys(("consent_text", "instructions_text", "debriefing_text"), "Words.")
        study = Study.objects.create(
            slug=slug, title=slug.title(), reference_set=make_set(f"{slug} real", "reference"),
            stimulus_px=8, created_at=NOW, **texts, **more,
        )  # fmt: skip
        for i, name in enumerate(conditions):
            Condition.objects.create(
                study=study, name=name, sample_set=make_set(f"{slug} {name}"), position=i
            )
        for i, (task, params) in enumerate(blocks):
            Block.objects.create(
                study=study, position=i, task=task, params=params, trials_per_block=trials, practice_trials=1,
                catch_trials=1, qualification_share=qualification if i == 0 else None,
            )  # fmt: skip
        open_study(study=study, now=NOW)
        study.refresh_from_db()
        return study

    return make


@pytest.fixture
def answer():
    """Lets simulated raters answer a study through the services, live or marked simulated."""

    def run(
        study: Study, raters: int = 3, *, kind: str = "live", spoiled: int = 0, **ability: Any
    ) -> list[Session]:
        rater = SimulatedRater(**ability)
        return [_sit(study, rater, kind, seed, spoiled) for seed in range(raters)]

    return run


@pytest.fixture
def set_aside(settings, tmp_path):
    """Makes a trial of a session one that was not answered, since its image is gone; returns the reason.

    The test has a store of its own: no other test misses the images.
    """
    settings.EVALSITE_DATA = tmp_path

    def make(session: Session) -> str:
        trial = Trial.objects.filter(session=session, kind="scored").earliest("position")
        trial.response.delete()
        for file in store().root.glob("??/*"):
            file.unlink()
        services.set_aside_trial(session=session, position=trial.position, now=NOW)
        trial.refresh_from_db()
        reason: str = trial.set_aside_reason
        return reason

    return make


@pytest.fixture
def spoil_task(tmp_path):
    """Makes a study's tasks ones whose file can't be used; returns the sentence on the file."""
    (tmp_path / "catalogue").mkdir()
    with faulty_file(tasks, tmp_path / "catalogue") as sentence:

        def spoil(study: Study) -> str:
            version = StudyVersion.objects.get(study=study)
            for block in version.protocol["blocks"]:
                block["task"] = FAULTY
            StudyVersion.objects.filter(pk=version.pk).update(protocol=version.protocol)
            return sentence

        yield spoil


def _sit(study: Study, rater: SimulatedRater, kind: str, seed: int, spoiled: int) -> Session:
    session = services.begin_session(study=study, query={}, kind=kind, now=NOW, seed=seed)
    services.record_consent(session=session, agreed=True, now=NOW)
    services.record_device(session=session, device=DEVICE, now=NOW)
    services.begin_trials(session=session, now=NOW)
    while True:
        block = services.deliver_block(session=session, now=NOW)
        handed_out = [trial["trial"] for trial in block["trials"] if trial["payload"]]
        if not handed_out:
            break
        submissions = [_submission(session, rater, n, seed, spoil=n < spoiled) for n in handed_out]
        services.record_responses(session=session, submissions=submissions, now=NOW)
    services.complete_session(session=session, now=NOW + timedelta(minutes=5 + seed))
    session.refresh_from_db()
    return session


def _submission(
    session: Session, rater: SimulatedRater, position: int, seed: int, *, spoil: bool
) -> Submission:
    trial = Trial.objects.get(session=session, position=position)
    block = read_block(session.version.protocol, trial.block)
    said = block.task.simulate(
        block.params, from_json(trial.plan), trial.presentation, rater, seed=1000 * seed + position
    )
    asked = trial.presentation.get("exposure_ms")
    name = uuid5(NAMESPACE, f"{session.pk}/{position}")
    return Submission(
        id=UUID(bytes=name.bytes, version=4), trial=position, answer=said["answer"],
        rt_ms=said["rt_ms"], exposures=(_exposure(asked, dropped=int(spoil)),), answered_at=NOW,
    )  # fmt: skip


def _exposure(asked_ms: float | None, *, dropped: int) -> Exposure:
    frames = None if asked_ms is None else round(asked_ms / FRAME_MS)
    shown_ms = 1500.0 if frames is None else frames * FRAME_MS
    return Exposure(
        asked_ms=asked_ms, period_ms=FRAME_MS, planned_frames=frames, achieved_frames=frames or 90,
        onset_ms=1000.0, offset_ms=1000.0 + shown_ms, shown_ms=shown_ms, dropped_frames=dropped,
        visible=True, focused=True, full_screen=False, device_pixel_ratio=2.0,
        css_px=256.0, natural_px=8.0, refresh_hz=60.0, stable=True,
    )  # fmt: skip


DEVICE = Device(
    period_ms=FRAME_MS, refresh_hz=60.0, stable=True, user_agent="Mozilla/5.0 (X11; Linux x86_64) Chrome/140",
    browser="Chrome", os="Linux", screen_width_px=1920, screen_height_px=1080, window_width_px=1366,
    window_height_px=768, room_width_px=1334, room_height_px=560, device_pixel_ratio=2.0, dark_theme=False,
    touch=False, language="en",
)  # fmt: skip
