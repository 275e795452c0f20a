"""Taking answers, each exactly once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max

from evalsite.studies.planning import FrozenBlock, from_json, read_block
from evalsite.tasks.errors import InvalidResponseError
from evalsite.tasks.protocol import PlannedTrial
from evalsite.trials.delivery import build_payload, image_urls
from evalsite.trials.models import Response, Session, Trial
from evalsite.trials.quality import Verdict, judge_payload
from evalsite.trials.services.delivering import next_adaptive
from evalsite.trials.services.judging import end_unqualified
from evalsite.trials.services.locking import lock_running, touch
from evalsite.trials.state import describe_progress
from evalsite.trials.wire.messages import Acknowledgement, Receipt, Submission, UnreadableSubmission

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

    A qualification that these answers complete and miss ends the session.
    All or none is stored when the process dies; what is acknowledged is stored.

    Raises:
        WrongStageError: If the session's trials have not begun.
    """
    locked = lock_running(session)
    readable = [submission for submission in submissions if isinstance(submission, Submission)]
    intake = _open_intake(locked, readable, now)
    receipts = [intake.receive(submission) for submission in submissions]
    return acknowledge(session=locked, blocks=intake.blocks, receipts=receipts, now=now)


def acknowledge(
    *, session: Session, blocks: Mapping[int, FrozenBlock], receipts: list[Receipt], now: datetime
) -> Acknowledgement:
    """Say how the session goes on after trials of these blocks; a missed qualification ends it.

    The caller holds the session's lock.
    """
    touch(session, now)
    ended = end_unqualified(session, blocks.values(), now)
    progress = describe_progress(session)
    # A new block is asked for as a whole.
    goes_on = progress["block"] in blocks and not ended
    following = next_adaptive(session=session, number=progress["block"], now=now) if goes_on else None
    return Acknowledgement(receipts, following, progress)


def _open_intake(session: Session, submissions: Sequence[Submission], now: datetime) -> _Intake:
    positions = [submission.trial for submission in submissions]
    trials = session.trials.filter(position__in=positions).select_related("response", "repeat")
    ids = Response.objects.filter(pk__in=[submission.id for submission in submissions])
    return _Intake(
        session=session,
        now=now,
        trials={trial.position: trial for trial in trials},
        taken=set(ids.values_list("pk", flat=True)),
        blocks={},
    )


@dataclass
class _Intake:
    """The answers of one request, taken one after the other while the session is locked.

    Args:
        session: The locked session.
        now: The time.
        trials: The trials that are answered, by position.
        taken: Ids under which answers are stored already.
        blocks: Blocks that were answered, by number.
    """

    session: Session
    now: datetime
    trials: dict[int, Trial]
    taken: set[UUID]
    blocks: dict[int, FrozenBlock]

    def receive(self, submission: Submission | UnreadableSubmission) -> Receipt:
        """Store the answer, or say why not."""
        if isinstance(submission, UnreadableSubmission):
            return Receipt(submission.id, "rejected", error=submission.error)
        trial = self.trials.get(submission.trial)
        if trial is None or trial.delivered_at is None or trial.set_aside_at is not None:
            return _rejected(
                submission,
                f"Trial {submission.trial} was not handed out, or was set aside; answer those of the block.",
            )
        block = self._block(trial.block)
        if hasattr(trial, "response"):
            return _receipt(submission, "duplicate", block, trial)
        if submission.id in self.taken:
            return _rejected(submission, "This id belongs to another answer; make a new one.")
        try:
            answer = block.task.read(block.params, from_json(trial.plan), submission.answer)
        except InvalidResponseError as error:
            return _rejected(submission, str(error))
        self._store(submission, trial, block, answer)
        return _receipt(submission, "stored", block, trial)

    def _store(self, submission: Submission, trial: Trial, block: FrozenBlock, answer: Json) -> None:
        planned = from_json(trial.plan)
        verdict = self._judge(block, planned, trial, submission)
        Response.objects.create(
            id=submission.id,
            trial=trial,
            session=self.session,
            version_id=self.session.version_id,
            answer=answer,
            score=block.task.score(block.params, planned, answer),
            exposures=[exposure.to_json() for exposure in submission.exposures],
            rt_ms=submission.rt_ms,
            valid=verdict.valid,
            invalid_reason=verdict.reason,
            answered_at=submission.answered_at,
            received_at=self.now,
        )
        self.taken.add(submission.id)
        if not verdict.valid:
            _repeat(self.session, block, trial)

    def _judge(
        self, block: FrozenBlock, planned: PlannedTrial, trial: Trial, submission: Submission
    ) -> Verdict:
        no_urls = image_urls(planned, lambda _: "")
        display_px = self.session.version.protocol["display_px"]
        payload = build_payload(block, planned, trial.presentation or {}, no_urls, display_px=display_px)
        return judge_payload(submission.exposures, payload)

    def _block(self, number: int) -> FrozenBlock:
        if number not in self.blocks:
            self.blocks[number] = read_block(self.session.version.protocol, number)
        return self.blocks[number]


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
    submission: Submission, status: Literal["stored", "duplicate"], block: FrozenBlock, trial: Trial
) -> Receipt:
    repeated = hasattr(trial, "repeat")
    # Who is to judge the image again is not told the truth about it first.
    told = block.task.feedback(block.params, from_json(trial.plan)) and not repeated
    correct = trial.response.score.get("correct") if told else None
    return Receipt(str(submission.id), status, correct=correct, repeated=repeated)


def _rejected(submission: Submission, error: str) -> Receipt:
    return Receipt(str(submission.id), "rejected", error=error)
