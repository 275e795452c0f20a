"""What was answered, block by block."""

from __future__ import annotations

from collections.abc import Iterator

from evalsite.studies.models import Study
from evalsite.tasks.protocol import ScoredTrial
from evalsite.trials.models import Session
from evalsite.trials.reading import pool_blocks, scored_trials


def answered(study: Study, block: int, *, simulated: bool = False) -> Iterator[ScoredTrial]:
    """The scored trials of all blocks that ask what this one of the newest answered version asks."""
    sessions = Session.objects.counted(simulated=simulated).filter(study=study)
    versions = list(study.versions.filter(sessions__in=sessions).distinct().order_by("number"))
    if versions:
        (pool,) = (pool for pool in pool_blocks(versions[-1].protocol) if block in pool.blocks)
        yield from scored_trials(versions, pool, simulated=simulated)
