"""Previews: a study as a rater sees it, of which nothing is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from evalsite.studies.models import Study
from evalsite.trials.models import Session

PREVIEW_LIFE = timedelta(hours=1)
"""How long a preview that nobody looks at is kept."""


@transaction.atomic
def purge_previews(*, study: Study, seen_before: datetime) -> int:
    """Remove the study's previews that were last looked at before that time; returns how many."""
    stale = list(study.sessions.filter(kind=Session.Kind.PREVIEW, last_seen_at__lt=seen_before))
    for session in stale:
        discard_preview(session=session)
    return len(stale)


@transaction.atomic
def discard_preview(*, session: Session) -> None:
    """Remove a preview with all that was made for it."""
    participant, version = session.participant, session.version
    session.delete()
    if not participant.sessions.exists():
        participant.delete()
    if not version.opened_at and not version.sessions.exists():
        version.delete()
