"""Taking answers, each exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.db.models import Count, Max

from evalsite.tasks.errors import InvalidResponseError
from evalsite.tasks.protocol import PlannedTrial
from evalsite.trials.delivery import image_urls
from evalsite.trials.models import Response, Session, Trial
from evalsite.trials.planning import FrozenBlock, from_json, read_block
from evalsite.trials.quality import Verdict, judge_payload
from evalsite.trials.services.delivering import next_adaptive
from evalsite.trials.services.locking import lock_running, touch
from evalsite.trials.state import describe_progress
from evalsite.trials.submissions import Acknowledgement, Receipt, Submission, UnreadableSubmission

Json = dict[str, Any]

MAX_REPEATS_PER_TRIAL = 2
"""How often a trial is shown again because its exposure failed."""

MAX_REPEATS_SHARE = 0.5
"""Repeats of a whole session as a share of its planned trials; a hopeless device does not go on for ever."""


def record_response(*, session: Session, submission: Submission, now: datetime) -> Receipt:
    """Store one answer exactly once: a retry, a second tab or a double click gets the first one's receipt."""
    return record_responses(session=session, submissions=[submission], now=now).results[0]


@transaction.atomic
def record_responses(
    *, session: Session, submissions: Sequence[Submission | UnreadableSubmission], now: datetime
) -> Acknowledgement:
    """Store answers exactly once, score them, have invalid ones repeated, and decide the next adaptive trial.

    All or none is stored when the process dies; what is acknowledged is stored.

    Raises:
        WrongStageError: If the session's trials have not begun.
    """
    locked = lock_running(session)
    receipts = [_receive(locked, submission, now) for submission in submissions]
    touch(locked, now)
    progress = describe_progress(locked)
    return Acknowledgement(receipts, _next(locked, submissions, progress["block"], now), progress)


def _next(
    session: Session, submissions: Sequence[Submission | UnreadableSubmission], number: int, now: datetime
) -> Json | None:
    """The next adaptive trial while the answered block goes on; a new block is asked for as a whole."""
    positions = [submission.trial for submission in submissions if isinstance(submission, Submission)]
    if not session.trials.filter(position__in=positions, block=number).exists():
        return None
    return next_adaptive(session=session, number=number, now=now)


def _receive(session: Session, submission: Submission | UnreadableSubmission, now: datetime) -> Receipt:
    if isinstance(submission, UnreadableSubmission):
        return Receipt(submission.id, "rejected", error=submission.error)
    rows = Trial.objects.select_related("response")
    trial = rows.filter(session=session, position=submission.trial).first()
    if trial is None or trial.delivered_at is None:
        return _rejected(
            submission, f"Trial {submission.trial} was not handed out; answer those of the block."
        )
    block = read_block(session.version.protocol, trial.block)
    if hasattr(trial, "response"):
        return _receipt(submission, "duplicate", block, trial, trial.response)
    if Response.objects.filter(pk=submission.id).exists():
        return _rejected(submission, "This id belongs to another answer; make a new one.")
    return _store(session, block, trial, submission, now)


def _store(
    session: Session, block: FrozenBlock, trial: Trial, submission: Submission, now: datetime
) -> Receipt:
    planned = from_json(trial.plan)
    try:
        answer = block.task.read(block.params, planned, submission.answer)
    except InvalidResponseError as error:
        return _rejected(submission, str(error))
    verdict = _judge(block, planned, trial, submission)
    response = Response.objects.create(
        id=submission.id,
        trial=trial,
        session=session,
        version_id=session.version_id,
        answer=answer,
        score=block.task.score(block.params, planned, answer),
        exposures=[exposure.to_json() for exposure in submission.exposures],
        rt_ms=submission.rt_ms,
        valid=verdict.valid,
        invalid_reason=verdict.reason,
        answered_at=submission.answered_at,
        received_at=now,
    )
    if not verdict.valid:
        _repeat(session, block, trial)
    return _receipt(submission, "stored", block, trial, response)


def _judge(block: FrozenBlock, planned: PlannedTrial, trial: Trial, submission: Submission) -> Verdict:
    no_urls = image_urls(planned, lambda _: "")
    payload = block.task.payload(block.params, planned, trial.presentation or {}, no_urls)
    return judge_payload(submission.exposures, payload)


def _repeat(session: Session, block: FrozenBlock, trial: Trial) -> None:
    """Append the trial to its block once more, unless it is practice or was repeated enough."""
    if trial.kind == Trial.Kind.PRACTICE or _times_repeated(trial) >= MAX_REPEATS_PER_TRIAL:
        return
    counts = session.trials.aggregate(last=Max("position"), all=Count("pk"), repeats=Count("repeat_of"))
    if counts["repeats"] >= MAX_REPEATS_SHARE * (counts["all"] - counts["repeats"]):
        return
    Trial.objects.create(
        session=session,
        position=counts["last"] + 1,
        block=trial.block,
        index=trial.index,
        kind=trial.kind,
        plan=trial.plan,
        presentation=None if block.adaptive else trial.presentation,
        repeat_of=trial,
    )


def _times_repeated(trial: Trial) -> int:
    times, earlier = 0, trial.repeat_of
    while earlier is not None:
        times, earlier = times + 1, earlier.repeat_of
    return times


def _receipt(
    submission: Submission,
    status: Literal["stored", "duplicate"],
    block: FrozenBlock,
    trial: Trial,
    response: Response,
) -> Receipt:
    repeated = Trial.objects.filter(repeat_of=trial).exists()
    # Who is to judge the image again is not told the truth about it first.
    told = block.task.feedback(block.params, from_json(trial.plan)) and not repeated
    correct = response.score.get("correct") if told else None
    return Receipt(str(submission.id), status, correct=correct, repeated=repeated)


def _rejected(submission: Submission, error: str) -> Receipt:
    return Receipt(str(submission.id), "rejected", error=error)
