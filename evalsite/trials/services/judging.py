"""Whether a session goes on and counts: qualifications block by block, attention at its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from evalsite.studies.planning import FrozenBlock, from_json
from evalsite.trials.checks import Check, check_each, check_share
from evalsite.trials.models import Response, Session, Trial


def end_unqualified(session: Session, blocks: Iterable[FrozenBlock], now: datetime) -> bool:
    """End the session if one of these blocks is a qualification, all answered, and missed.

    The caller holds the session's lock.
    """
    if session.state != Session.State.RUNNING:
        return False
    required = [block for block in blocks if block.qualification_share is not None]
    if not any(_judge(session, block) is Check.FAILED for block in required):
        return False
    session.state = Session.State.FAILED_QUALIFICATION
    session.completed_at = now
    session.save(update_fields=["state", "completed_at"])
    return True


def attends(session: Session) -> Check:
    """Whether the share of catch trials that the study requires is right; passed where it requires none."""
    required = session.version.protocol.get("attention_share")
    if required is None:
        return Check.PASSED
    caught = Response.objects.filter(session=session, valid=True, trial__kind=Trial.Kind.CATCH)
    given = [score["correct"] is True for score in caught.values_list("score", flat=True)]
    return check_share(sum(given), len(given), required)


def _judge(session: Session, block: FrozenBlock) -> Check:
    """What a qualification comes to; unknown while trials of it, repeats among them, wait."""
    if block.qualification_share is None or session.trials.pending().filter(block=block.number).exists():
        return Check.UNKNOWN
    return check_each(_answers(session, block), block.qualification_share)


def _answers(session: Session, block: FrozenBlock) -> Iterator[tuple[str, bool]]:
    """The truth of each valid scored trial that has one, and whether the rater gave it."""
    scored = session.trials.scored().filter(block=block.number)
    for plan, score in scored.values_list("plan", "response__score"):
        if truth := block.task.truth(block.params, from_json(plan)):
            yield truth, score["correct"] is True
