"""A toy task with trials larger than those of the catalogue: hundreds of images, flashed and put in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from evalsite.tasks.columns import Column
from evalsite.tasks.design.deck import draw
from evalsite.tasks.errors import InvalidResponseError
from evalsite.tasks.params import Params, param
from evalsite.tasks.protocol import Estimate, Json, Materials, PlannedTrial, ScoredTrial, Stimulus, Task
from evalsite.tasks.simulation import SimulatedRater


@dataclass(frozen=True)
class OrderingManyParams(Params):
    """Params of the toy."""

    images: int = param(300, "Images", "Images in each trial.", low=1, high=100_000)
    flashes: int = param(40, "Flashes", "Flashes in each trial.", low=1, high=100_000)


class OrderingMany(Task[OrderingManyParams]):
    """Put the images of a trial in order."""

    name = "ordering_many"
    title = "Ordering many images"
    summary = "Puts hundreds of images in order."
    columns = (Column("first", "text", "Slot of the image that was put first."),)
    quantities = ()
    Params = OrderingManyParams

    def plan(
        self,
        params: OrderingManyParams,
        materials: Materials,
        *,
        trials: int,
        practice: int,
        catch: int,
        seed: int,
        mirrored: bool = False,
    ) -> list[PlannedTrial]:
        rng, source = Random(seed), materials.conditions[0]

        def trial() -> PlannedTrial:
            images = enumerate(draw(source, params.images, rng))
            return PlannedTrial("scored", tuple(Stimulus(f"{n}", source.condition, i) for n, i in images))

        return [trial() for _ in range(trials)]

    def exposures(self, params: OrderingManyParams, trial: PlannedTrial) -> int:
        return params.flashes

    def adapt(self, params: OrderingManyParams, trial: PlannedTrial, history: Sequence[ScoredTrial]) -> Json:
        return {"exposure_ms": 100}

    def payload(
        self, params: OrderingManyParams, trial: PlannedTrial, presentation: Json, urls: Mapping[str, str]
    ) -> Json:
        return {**presentation, "images": dict(urls), "flashes": params.flashes}

    def read(self, params: OrderingManyParams, trial: PlannedTrial, raw: object) -> Json:
        order = raw.get("answer") if isinstance(raw, Mapping) else None
        if not isinstance(order, list) or sorted(map(str, order)) != sorted(s.slot for s in trial.stimuli):
            raise InvalidResponseError(f"got {raw!r:.80}; expected every slot once")
        return {"answer": order}

    def score(self, params: OrderingManyParams, trial: PlannedTrial, answer: Json) -> Json:
        return {"first": answer["answer"][0]}

    def count(self, params: OrderingManyParams, trials: Iterable[ScoredTrial]) -> Any:
        return sum(1 for _ in trials)

    def estimate(self, params: OrderingManyParams, tally: Any) -> list[Estimate]:
        return []

    def simulate(
        self,
        params: OrderingManyParams,
        trial: PlannedTrial,
        presentation: Json,
        rater: SimulatedRater,
        *,
        seed: int,
    ) -> Json:
        return {"answer": {"answer": [stimulus.slot for stimulus in trial.stimuli]}, "rt_ms": 900.0}
