"""One writer at a time per session."""

from __future__ import annotations

from datetime import datetime

from evalsite.trials.errors import NotYoursError, WrongStageError
from evalsite.trials.models import Session
from evalsite.trials.state import AFTER_TRIALS

BEGUN = {Session.State.RUNNING, *AFTER_TRIALS}
"""States of a session whose trials were planned."""


def lock_session(session: Session) -> Session:
    """The session as it is now, kept from other writers until the transaction ends."""
    rows = Session.objects.select_for_update(of=("self",)).select_related("version", "study")
    try:
        found: Session = rows.get(pk=session.pk)
    except Session.DoesNotExist:
        raise NotYoursError("This session is over and was removed.") from None
    return found


def lock_running(session: Session) -> Session:
    """The same, of a session whose trials have begun; it may be over, a late retry is no error."""
    locked = lock_session(session)
    if locked.state not in BEGUN:
        label = Session.State(locked.state).label
        raise WrongStageError(f"This session is at {label!r}; its trials have not begun.")
    return locked


def touch(session: Session, now: datetime) -> None:
    """Note that the rater is there."""
    session.last_seen_at = now
    session.save(update_fields=["last_seen_at"])
