"""Setting aside the trials that can't be shown, so that the rater goes on."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from evalsite.studies.planning import read_block
from evalsite.trials.errors import NotYoursError, WrongStageError
from evalsite.trials.models import Session, Trial
from evalsite.trials.services.answering import acknowledge
from evalsite.trials.services.locking import lock_running
from evalsite.trials.stimuli import find_fault
from evalsite.trials.wire.messages import Acknowledgement

logger = logging.getLogger(__name__)


def set_aside_trial(*, session: Session, position: int, now: datetime) -> Acknowledgement:
    """Take a trial out of its session for good, if the store bears out that an image of it can't be shown.

    The trial keeps its reason and never gets an answer, so no result rests on it. A retry changes nothing.

    Args:
        session: The rater's session, whose trials have begun.
        position: Number of the trial in the session.
        now: The time.

    Raises:
        NotYoursError: If the session has no such trial.
        WrongStageError: If all its images can be shown, or if it is answered: a rater can't skip trials.
    """
    trial = _find(session, position)
    # The files are read before the session is locked: others wait for a lock, and a disk may be slow.
    reason = trial.set_aside_reason or find_fault(session, trial)
    with transaction.atomic():
        locked = lock_running(session)
        trial = _find(locked, position)
        if trial.set_aside_at is None:
            _set_aside(trial, reason, now)
        block = read_block(locked.version.protocol, trial.block)
        return acknowledge(session=locked, blocks={trial.block: block}, receipts=[], now=now)


def _find(session: Session, position: int) -> Trial:
    trial: Trial | None = session.trials.select_related("response").filter(position=position).first()
    if trial is None:
        raise NotYoursError(f"There is no trial {position} in your session.")
    return trial


def _set_aside(trial: Trial, reason: str, now: datetime) -> None:
    if hasattr(trial, "response"):
        raise WrongStageError(f"Trial {trial.position} is answered; it can't be set aside any more.")
    if not reason:
        raise WrongStageError(f"All images of trial {trial.position} can be shown; it can't be set aside.")
    if not Trial.objects.set_aside().filter(set_aside_reason=reason).exists():  # once a file
        logger.error("A trial was set aside. %s 'manage.py check_store' lists all faulty files.", reason)
    trial.set_aside_at, trial.set_aside_reason = now, reason
    trial.save(update_fields=["set_aside_at", "set_aside_reason"])
