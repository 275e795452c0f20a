"""Stored responses as tasks read them: what estimates are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from evalsite.studies.models import StudyVersion
from evalsite.studies.planning import from_json, qualifying_blocks, read_block
from evalsite.tasks.params import Params
from evalsite.tasks.protocol import ScoredTrial, Task
from evalsite.trials.models import Session, Trial

SESSIONS_AT_ONCE = 20
"""Few enough that their trials fit into memory and that their index is used, even before any statistics."""

SCORED_COLUMNS = (
    "plan",
    "presentation",
    "response__score",
    "response__valid",
    "session__participant_id",
    "response__rt_ms",
    "response__exposures",
    "block",
)
"""The values of an answered trial that ``to_scored_trial`` takes, in its order."""


@dataclass(frozen=True)
class Pool:
    """Blocks of a protocol that ask the same, so that their trials are estimated together.

    Args:
        task: Their task.
        params: Their params.
        blocks: Their numbers in the protocol, in order.
    """

    task: Task[Any]
    params: Params
    blocks: tuple[int, ...]

    def asks_like(self, other: Pool) -> bool:
        """Whether the two have task and params in common."""
        return (self.task.name, self.params) == (other.task.name, other.params)


def pool_blocks(protocol: Mapping[str, Any]) -> list[Pool]:
    """The blocks of a protocol by what they ask, in order of appearance; no qualification is among them."""
    pools: dict[tuple[str, Params], Pool] = {}
    qualifying = qualifying_blocks(protocol)
    for number in range(len(protocol["blocks"])):
        if number in qualifying:
            continue
        block = read_block(protocol, number)
        key = block.task.name, block.params
        earlier = pools[key].blocks if key in pools else ()
        pools[key] = Pool(block.task, block.params, (*earlier, number))
    return list(pools.values())


def scored_trials(
    versions: Sequence[StudyVersion], pool: Pool, *, simulated: bool = False, inattentive: bool = False
) -> Iterator[ScoredTrial]:
    """The valid scored trials of a pool from sessions answered to the end, streamed, rater by rater.

    Args:
        versions: The versions that count; one that asks nothing like the pool adds nothing.
        pool: The blocks, as one of them has them.
        simulated: Whether simulated raters count too.
        inattentive: Whether raters who failed the attention check count too.
    """
    counted = Session.objects.counted(simulated=simulated)
    completed = counted.completed(inattentive=inattentive)
    for version, blocks in _places(versions, pool):
        keys = completed.filter(version=version).order_by("created_at", "pk").values_list("pk", flat=True)
        sessions = keys.iterator()
        while batch := list(islice(sessions, SESSIONS_AT_ONCE)):
            rows = Trial.objects.scored().filter(session__in=batch, block__in=blocks)
            in_order = rows.order_by("session__created_at", "session_id", "block", "position")
            for row in in_order.values_list(*SCORED_COLUMNS):
                yield to_scored_trial(row)


def to_scored_trial(row: Sequence[Any]) -> ScoredTrial:
    """One answered trial as tasks read it, from its values in `SCORED_COLUMNS`."""
    plan, presentation, score, valid, participant_id, rt_ms, exposures, block = row
    return ScoredTrial(
        trial=from_json(plan),
        presentation=presentation or {},
        score=score,
        valid=valid,
        participant=str(participant_id),
        rt_ms=rt_ms,
        shown_ms=exposures[0]["shown_ms"] if exposures else None,
        block=block,
    )


def _places(versions: Sequence[StudyVersion], pool: Pool) -> Iterator[tuple[StudyVersion, tuple[int, ...]]]:
    """Where these versions have the pool: it may stand elsewhere in another protocol."""
    for version in versions:
        for other in pool_blocks(version.protocol):
            if other.asks_like(pool):
                yield version, other.blocks
