"""One simulated rater's way through a study; the truth is read from the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from evalsite.studies.planning import FrozenBlock, derive_seed, from_json, read_block
from evalsite.tasks.simulation import SimulatedRater
from evalsite.trials.errors import SimulationError
from evalsite.trials.models import Session, Trial
from evalsite.trials.quality import Exposure
from evalsite.trials.simulation.channels import Channel
from evalsite.trials.wire.messages import Device

Json = dict[str, Any]

REFRESH_HZ = 60.0
PERIOD_MS = 1000.0 / REFRESH_HZ

DEVICE = Device(
    period_ms=PERIOD_MS,
    refresh_hz=REFRESH_HZ,
    stable=True,
    user_agent="evalsite simulated rater",
    browser="simulated",
    os="simulated",
    screen_width_px=1920,
    screen_height_px=1080,
    window_width_px=1600,
    window_height_px=900,
    room_width_px=1568,
    room_height_px=630,
    device_pixel_ratio=1.0,
    dark_theme=False,
    touch=False,
    language="en",
)
"""An ideal screen of 60 Hz."""


class Sitting(NamedTuple):
    """What came of a sitting: how many answers were stored, and the state that the session ended in."""

    answers: int
    state: Session.State


@dataclass(frozen=True)
class Sitter:
    """A simulated rater at work.

    Args:
        rater: Who answers.
        seed: What the answers are drawn from.
        now: The time that answers are said to be given at.
    """

    rater: SimulatedRater
    seed: int
    now: datetime

    def sit(self, channel: Channel) -> Sitting:
        """Go through the study, to its end or until a check is failed. Raises ``SimulationError``."""
        try:
            return self._sit(channel)
        finally:
            channel.close()

    def _sit(self, channel: Channel) -> Sitting:
        session = channel.enter(DEVICE.to_json(), seed=self.seed)
        version = _find(session).version
        stored = 0
        while (delivered := channel.block())["block"] is not None:
            block = read_block(version.protocol, delivered["block"])
            stored += self._answer_block(channel, session, block, delivered["trials"])
        channel.complete()
        return Sitting(stored, Session.State(_find(session).state))

    def _answer_block(self, channel: Channel, session: UUID, block: FrozenBlock, trials: list[Json]) -> int:
        waiting, payloads, stored = iter(trials), {t["trial"]: t["payload"] for t in trials}, 0
        while batch := list(islice(waiting, 1 if block.adaptive else channel.batch)):
            shown = {trial["trial"]: payloads[trial["trial"]] for trial in batch}
            receipt = channel.answer(list(self._answers(session, block, shown)))
            _expect_stored(receipt)
            stored += len(batch)
            if receipt["next"]:
                payloads[receipt["next"]["trial"]] = receipt["next"]["payload"]
        return stored

    def _answers(self, session: UUID, block: FrozenBlock, shown: dict[int, Json]) -> Iterator[Json]:
        trials = Trial.objects.filter(session=session, position__in=shown).order_by("position")
        for trial in trials:
            seed = derive_seed(self.seed, trial.position)
            sent = block.task.simulate(
                block.params, from_json(trial.plan), trial.presentation or {}, self.rater, seed=seed
            )
            yield {
                "id": str(_answer_id(session, trial.position)),
                "trial": trial.position,
                "answer": sent["answer"],
                "rt_ms": sent["rt_ms"],
                "exposures": ideal_exposures(shown[trial.position], sent["rt_ms"]),
                "answered_at": self.now.isoformat(),
            }


def ideal_exposures(payload: Json, rt_ms: float) -> list[Json]:
    """What a flawless screen of 60 Hz would report of a trial; nothing for a task that flashes nothing."""
    if "exposure_ms" not in payload:
        return []
    asked_ms = payload["exposure_ms"]
    frames = max(1, round((rt_ms if asked_ms is None else asked_ms) / PERIOD_MS))
    shown_ms = frames * PERIOD_MS
    exposure = Exposure(
        asked_ms=asked_ms,
        period_ms=PERIOD_MS,
        planned_frames=None if asked_ms is None else frames,
        achieved_frames=frames,
        onset_ms=0.0,
        offset_ms=shown_ms,
        shown_ms=shown_ms,
        dropped_frames=0,
        visible=True,
        focused=True,
        full_screen=True,
        device_pixel_ratio=1.0,
        css_px=payload["display_px"],
        natural_px=payload["display_px"],
        refresh_hz=REFRESH_HZ,
        stable=True,
    )
    return [exposure.to_json()]


def _find(session: UUID) -> Session:
    found: Session | None = Session.objects.select_related("version").filter(pk=session).first()
    if found is None:
        raise SimulationError(
            "the site keeps its data elsewhere; run this command with the site's EVALSITE_DATA"
        )
    return found


def _expect_stored(receipt: Json) -> None:
    for result in receipt["results"]:
        if result["status"] == "stored":
            continue
        raise SimulationError(
            f"an answer was {result['status']}: {result.get('error', 'it was there already')}"
        )


def _answer_id(session: UUID, position: int) -> UUID:
    rng = Random(f"{session}/{position}")
    return UUID(int=rng.getrandbits(128), version=4)
