"""What was answered, block by block."""

from __future__ import annotations

from collections.abc import Iterator

from evalsite.studies.models import Study
from evalsite.tasks.protocol import ScoredTrial
from evalsite.trials.reading import comparable_versions, pool_blocks, scored_trials


def answered(study: Study, block: int, *, simulated: bool = False) -> Iterator[ScoredTrial]:
    """The scored trials of all blocks that ask what this one of the newest answered version asks."""
    for version in comparable_versions(study, simulated=simulated)[-1:]:
        (pool,) = (pool for pool in pool_blocks(version.protocol) if block in pool.blocks)
        yield from scored_trials(study, pool, simulated=simulated)
