"""Judgements collected elsewhere, stored like our own and marked as imported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, islice
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import IntegrityError, transaction

from evalsite.studies.models import Study, StudyVersion
from evalsite.studies.planning import FrozenBlock, derive_seed, read_block, to_json
from evalsite.tasks.errors import InvalidResponseError
from evalsite.tasks.protocol import REAL, PlannedTrial, Stimulus
from evalsite.trials.errors import InvalidImportError
from evalsite.trials.models import Participant, Response, Session, Trial
from evalsite.trials.services.counting import request_count

BATCH = 2000
RECRUITER = "imported"
TRUTHS = ("real", "generated")


@dataclass(frozen=True)
class ImportedJudgement:
    """One judgement of one image, as a file of somebody else's study has it.

    Args:
        participant: The rater's id in the file.
        condition: The condition that the image belongs to; for a real image, the one it was shown among, or
            empty if that is all of its rater's.
        truth: ``real`` or ``generated``.
        answer: What the rater said, in the task's words.
        stimulus: The image's name in the file, if it has one.
        rt_ms: Reaction time, milliseconds, if known.
    """

    participant: str
    condition: str
    truth: str
    answer: str
    stimulus: str = ""
    rt_ms: float | None = None


@transaction.atomic
def import_responses(
    *, study: Study, version: StudyVersion, rows: Iterable[ImportedJudgement], now: datetime
) -> int:
    """Store judgements as completed sessions of kind ``imported``, one a participant; all of them or none.

    Args:
        study: The study they become part of.
        version: Its version; the first block's task reads and scores every answer.
        rows: The judgements, in any order; read once, in batches.
        now: Time of the import.

    Returns:
        How many were stored.

    Raises:
        InvalidImportError: If a row contradicts the study; the sentence names it.
    """
    desk = _Desk(study, version, read_block(version.protocol, 0), now)
    stored, numbered = 0, enumerate(rows, start=1)
    while batch := [desk.take(number, row) for number, row in islice(numbered, BATCH)]:
        Trial.objects.bulk_create(trial for trial, _ in batch)
        Response.objects.bulk_create(response for _, response in batch)
        stored += len(batch)
    request_count(study=study, now=now)
    return stored


@dataclass
class _Desk:
    """Turns rows into trials and responses; opens a session for each participant that is new to it."""

    study: Study
    version: StudyVersion
    block: FrozenBlock
    now: datetime
    sessions: dict[str, Session] = field(default_factory=dict)
    judged: dict[UUID, int] = field(default_factory=dict)
    named: dict[str, int] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    @property
    def between(self) -> bool:
        """Whether every rater judged one condition only."""
        return bool(self.version.protocol["assignment"] == Study.Assignment.BETWEEN)

    def take(self, number: int, row: ImportedJudgement) -> tuple[Trial, Response]:
        """The trial and response of row ``number``, not stored yet."""
        self._check(number, row)
        session = self.sessions.get(row.participant) or self._open(number, row)
        if session.condition not in {"", row.condition}:
            raise InvalidImportError(
                f"row {number}: {row.participant!r} judged {row.condition!r} and {session.condition!r}, but "
                "raters of this study see one condition each; import it as one in which every rater sees all"
            )
        position = self.judged[session.pk] = self.judged[session.pk] + 1
        planned = _planned(row, self._image(row))
        trial = Trial(
            session=session,
            position=position,
            block=0,
            kind=Trial.Kind.SCORED,
            plan=to_json(planned),
            presentation=self.block.task.adapt(self.block.params, planned, []),
        )
        return trial, self._response(number, row, trial, planned)

    def _image(self, row: ImportedJudgement) -> int:
        """A number for the image, the same wherever the file names it the same."""
        if not row.stimulus:
            return next(self.numbers)
        if row.stimulus not in self.named:
            self.named[row.stimulus] = next(self.numbers)
        return self.named[row.stimulus]

    def _response(self, number: int, row: ImportedJudgement, trial: Trial, planned: PlannedTrial) -> Response:
        task, params = self.block.task, self.block.params
        try:
            answer = task.read(params, planned, {"answer": row.answer})
        except InvalidResponseError as error:
            raise InvalidImportError(f"row {number}: {error}") from error
        return Response(
            id=uuid5(NAMESPACE_URL, f"{trial.session_id}/{trial.position}"),
            trial=trial,
            session=trial.session,
            version=self.version,
            answer=answer,
            score=task.score(params, planned, answer),
            rt_ms=row.rt_ms,
            received_at=self.now,
        )

    def _check(self, number: int, row: ImportedJudgement) -> None:
        names = [condition["name"] for condition in self.version.protocol["conditions"]]
        shared = row.truth == "real" and not row.condition and not self.between
        if row.condition not in names and not shared:
            raise InvalidImportError(
                f"row {number}: no condition {row.condition!r}; expected one of {', '.join(names)}"
            )
        if row.truth not in TRUTHS:
            raise InvalidImportError(f"row {number}: truth was {row.truth!r}; expected real or generated")
        if not row.participant:
            raise InvalidImportError(f"row {number}: the participant is empty; give each rater an id")

    def _open(self, number: int, row: ImportedJudgement) -> Session:
        session = Session(
            id=self._stable_id("session", row.participant),
            participant=self._participant(number, row.participant),
            study=self.study,
            version=self.version,
            kind=Session.Kind.IMPORTED,
            state=Session.State.COMPLETED,
            condition=row.condition if self.between else "",
            seed=derive_seed(self.study.pk, len(self.sessions)),
            created_at=self.now,
            last_seen_at=self.now,
            completed_at=self.now,
        )
        session.save(force_insert=True)
        self.sessions[row.participant] = session
        self.judged[session.pk] = -1
        return session

    def _participant(self, number: int, name: str) -> Participant:
        try:
            with transaction.atomic():
                return Participant.objects.create(
                    id=self._stable_id("participant", name),
                    study=self.study,
                    recruiter=RECRUITER,
                    external_id=name,
                    created_at=self.now,
                )
        except IntegrityError as error:
            raise InvalidImportError(
                f"row {number}: {name!r} is in study {self.study.slug!r} already; import under another name"
            ) from error

    def _stable_id(self, what: str, participant: str) -> UUID:
        """The same import gives the same ids anywhere, and so the same order and the same intervals."""
        return uuid5(NAMESPACE_URL, f"{self.study.slug}/{what}/{participant}")


def _planned(row: ImportedJudgement, image: int) -> PlannedTrial:
    shown = Stimulus("image", REAL if row.truth == "real" else row.condition, image)
    among = row.condition if row.truth == "real" else ""
    known = {"stimulus": row.stimulus, "among": among}
    return PlannedTrial("scored", (shown,), {name: text for name, text in known.items() if text})
