"""From a study's stored answers to its human estimates, through each block's task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evalsite.results.joining import BlockEstimates
from evalsite.results.scope import Scope
from evalsite.tasks import registry
from evalsite.tasks.params import Params, specs
from evalsite.trials.reading import scored_trials

SEED = 0
RESAMPLES = 2000


def estimate_study(scope: Scope) -> list[BlockEstimates]:
    """Estimates of every block, with intervals by resampling raters; computed once per state of the data."""
    return scope.remember(
        "estimates", lambda: [_estimate(scope, *block) for block in enumerate(scope.blocks)]
    )


def _estimate(scope: Scope, position: int, block: Mapping[str, Any]) -> BlockEstimates:
    task = registry.get(block["task"])
    trials = list(scored_trials(scope.study, position, simulated=scope.simulated))
    params = task.Params.from_json(block["params"])
    estimates = task.estimate(params, trials, seed=SEED, resamples=RESAMPLES) if trials else []
    title = ", ".join([task.title, *_changed(params)])
    return BlockEstimates(position, task.name, title, tuple(estimates), task.facts(params))


def _changed(params: Params) -> list[str]:
    """The params that are not as the task has them by default, in words."""
    values = {spec: getattr(params, spec.name) for spec in specs(type(params))}
    return [
        f"{spec.label[0].lower()}{spec.label[1:]} {dict(spec.choices).get(value, value)} {spec.unit}".rstrip()
        for spec, value in values.items()
        if value != spec.default
    ]
