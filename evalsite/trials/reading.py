"""Stored answers as tasks read them, and the tallies that estimates are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from evalsite.studies.models import StudyVersion
from evalsite.studies.planning import from_json, qualifying_blocks, read_block
from evalsite.tasks.params import Params
from evalsite.tasks.protocol import Json, ScoredTrial, Tally, Task
from evalsite.trials import models
from evalsite.trials.models import Session, Trial

SESSIONS_AT_ONCE = 200
"""Few enough that the database looks each up by its index, even before it has any statistics."""

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


def tallies(
    versions: Sequence[StudyVersion], pool: Pool, *, simulated: bool = False, inattentive: bool = False
) -> Iterator[Tally]:
    """The tallies of a pool from sessions answered to the end, rater by rater.

    A session that no job has counted yet is counted now, so that results never wait for a worker.

    Args:
        versions: The versions that count; one that asks nothing like the pool adds nothing.
        pool: The blocks, as one of them has them.
        simulated: Whether simulated raters count too.
        inattentive: Whether raters who failed the attention check count too.
    """
    counted = Session.objects.counted(simulated=simulated)
    completed = counted.completed(inattentive=inattentive)
    for version, blocks in _places(versions, pool):
        own = completed.filter(version=version).order_by("created_at", "pk")
        sessions = own.values_list("pk", "participant_id").iterator()
        while batch := list(islice(sessions, SESSIONS_AT_ONCE)):
            stored = _stored([key for key, _ in batch], blocks)
            for key, participant in batch:
                counts = stored.get(key) or count_blocks(key, dict.fromkeys(blocks, pool))
                for block, found in counts.items():
                    yield Tally(str(participant), block, found)


def count_blocks(session: UUID, pools: Mapping[int, Pool]) -> dict[int, Json]:
    """What a session's answers to some blocks come to, by the block's number in the protocol.

    Args:
        session: Key of the session.
        pools: Task and params of each block to count.
    """
    rows = Trial.objects.scored().filter(session=session).order_by("position")
    own: dict[int, list[ScoredTrial]] = {block: [] for block in sorted(pools)}
    for row in rows.filter(block__in=own).values_list(*SCORED_COLUMNS):
        trial = to_scored_trial(row)
        own[trial.block].append(trial)
    return {block: pools[block].task.count(pools[block].params, trials) for block, trials in own.items()}


def _stored(sessions: Sequence[UUID], blocks: Sequence[int]) -> dict[UUID, dict[int, Json]]:
    """The counts that are written down, by session and block in order."""
    found: dict[UUID, dict[int, Json]] = defaultdict(dict)
    rows = models.Tally.objects.filter(session__in=sessions, block__in=blocks).order_by("block")
    for session, block, counts in rows.values_list("session_id", "block", "counts"):
        found[session][block] = counts
    return found


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
