"""From a study's stored answers to its human estimates, through each block's task."""

from __future__ import annotations

import math
from collections.abc import Iterable

from evalsite.results.block_titles import changed, telling_apart
from evalsite.results.joining import PoolEstimates
from evalsite.results.scope import Scope
from evalsite.tasks.analysis.family import Family, compare
from evalsite.tasks.protocol import Estimate
from evalsite.trials.reading import Pool, tallies


def estimate_study(scope: Scope) -> list[PoolEstimates]:
    """Estimates of blocks by what they ask, once per state of the data."""
    return scope.remember("estimates", lambda: [_estimate(scope, pool) for pool in scope.pools])


def _estimate(scope: Scope, pool: Pool) -> PoolEstimates:
    task, params = pool.task, pool.params
    same_task = [other.params for other in scope.pools if other.task.name == task.name]
    counted = tallies(scope.held, pool, simulated=scope.simulated, inattentive=scope.inattentive)
    estimates = tuple(task.estimate(params, counted))
    return PoolEstimates(
        blocks=tuple(number + 1 for number in pool.blocks),
        task=task.name,
        title=task.title,
        params=changed(params),
        apart=telling_apart(params, same_task),
        estimates=estimates,
        facts=task.facts(params),
        families=_families(estimates),
    )


def _families(estimates: Iterable[Estimate]) -> dict[str, Family]:
    """The differences of each quantity whose estimates say how they vary together."""
    found = {one.quantity: (one.joint, one.unit) for one in estimates if one.joint is not None}
    return {
        quantity: compare(joint, most=1.0 if unit == "share" else math.inf)
        for quantity, (joint, unit) in found.items()
    }
