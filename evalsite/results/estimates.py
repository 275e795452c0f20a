"""From a study's stored answers to its human estimates, through each block's task."""

from __future__ import annotations

from evalsite.results.block_titles import changed, telling_apart
from evalsite.results.joining import PoolEstimates
from evalsite.results.scope import Scope
from evalsite.trials.reading import Pool, scored_trials


def estimate_study(scope: Scope) -> list[PoolEstimates]:
    """Estimates of blocks by what they ask, once per state of the data."""
    return scope.remember("estimates", lambda: [_estimate(scope, pool) for pool in scope.pools])


def _estimate(scope: Scope, pool: Pool) -> PoolEstimates:
    task, params = pool.task, pool.params
    same_task = [other.params for other in scope.pools if other.task.name == task.name]
    trials = scored_trials(scope.study, pool, simulated=scope.simulated, inattentive=scope.inattentive)
    return PoolEstimates(
        blocks=tuple(number + 1 for number in pool.blocks),
        task=task.name,
        title=task.title,
        params=changed(params),
        apart=telling_apart(params, same_task),
        estimates=tuple(task.estimate(params, task.count(params, trials))),
        facts=task.facts(params),
    )
