"""What was answered, block by block."""

from __future__ import annotations

from collections.abc import Iterator

from evalsite.studies.models import Study
from evalsite.tasks.protocol import ScoredTrial, Tally
from evalsite.trials.models import Session, Trial
from evalsite.trials.reading import SCORED_COLUMNS, pool_blocks, tallies, to_scored_trial


def counted(study: Study, block: int, *, simulated: bool = False) -> Iterator[Tally]:
    """The tallies of all blocks that ask what this one of the newest answered version asks."""
    sessions = Session.objects.counted(simulated=simulated).filter(study=study)
    versions = list(study.versions.filter(sessions__in=sessions).distinct().order_by("number"))
    if versions:
        (pool,) = (pool for pool in pool_blocks(versions[-1].protocol) if block in pool.blocks)
        yield from tallies(versions, pool, simulated=simulated)


def answered(study: Study, block: int, *, simulated: bool = False) -> Iterator[ScoredTrial]:
    """The scored trials of a block from sessions answered to the end."""
    sessions = Session.objects.counted(simulated=simulated).completed().filter(study=study)
    scored = Trial.objects.scored().filter(session__in=sessions, block=block)
    rows = scored.order_by("session__created_at", "session_id", "position")
    yield from map(to_scored_trial, rows.values_list(*SCORED_COLUMNS))
