"""Tallies of sessions: written by a job when a session has ended, made again by a command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from evalsite.jobs.services import request_job
from evalsite.studies.models import Study
from evalsite.tasks.protocol import Json
from evalsite.trials.models import Session, Tally
from evalsite.trials.reading import Pool, count_blocks, pool_blocks

JOB = "tallying"


def request_count(*, study: Study, now: datetime) -> None:
    """Have a worker count what has ended; a job that waits already is enough."""
    title = f"Count the answers to {study.title}"
    request_job(kind=JOB, title=title, arguments={"study": study.pk}, now=now)


@dataclass(frozen=True)
class Recount:
    """What counting a session anew has shown.

    Attributes:
        missing: How many tallies were not there yet.
        wrong: How many said something else than the trials do.
        needless: How many were of a session or a block that does not count.
    """

    missing: int = 0
    wrong: int = 0
    needless: int = 0

    def __add__(self, other: Recount) -> Recount:
        return Recount(self.missing + other.missing, self.wrong + other.wrong, self.needless + other.needless)

    def __bool__(self) -> bool:
        return bool(self.missing or self.wrong or self.needless)


@transaction.atomic
def count_session(*, key: UUID, now: datetime, write: bool = True) -> Recount:
    """Make a session's tallies say what its trials do; to do it again changes nothing.

    Args:
        key: Of the session. One that was deleted since has none.
        now: The time; tallies that replace others keep it, so that remembered results are made again.
        write: False only compares.
    """
    session = Session.objects.select_for_update().select_related("version").filter(pk=key).first()
    if session is None:
        return Recount()
    counts = count_blocks(key, _pools(session)) if session.keeps_tallies else {}
    stored = dict(session.tallies.values_list("block", "counts"))
    found = Recount(
        missing=len(counts.keys() - stored.keys()),
        wrong=sum(stored[block] != counts[block] for block in counts.keys() & stored.keys()),
        needless=len(stored.keys() - counts.keys()),
    )
    if found and write:
        _replace(session, counts, corrected_at=now if stored else None)
    return found


def _pools(session: Session) -> dict[int, Pool]:
    """The session's blocks that results are made of, by number."""
    return {block: pool for pool in pool_blocks(session.version.protocol) for block in pool.blocks}


def _replace(session: Session, counts: Mapping[int, Json], corrected_at: datetime | None) -> None:
    session.tallies.all().delete()
    Tally.objects.bulk_create(
        Tally(session=session, block=block, counts=found, corrected_at=corrected_at)
        for block, found in counts.items()
    )
