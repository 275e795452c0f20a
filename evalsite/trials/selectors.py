"""Finding what an address names."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from evalsite.studies.models import Study
from evalsite.trials.errors import NotYoursError
from evalsite.trials.models import Session


def find_study(slug: str) -> Study:
    """The study of that name that runs on this site. Raises ``NotYoursError``."""
    try:
        return Study.objects.get(slug=slug, source=Study.Source.OWN)
    except Study.DoesNotExist:
        raise NotYoursError("There is no study at this address.") from None


def find_session(session_id: UUID, *, among: Sequence[UUID]) -> Session:
    """One's own session. Raises ``NotYoursError``, of others' sessions and of none alike."""
    own = Session.objects.filter(pk__in=[name for name in among if name == session_id])
    session: Session | None = own.select_related("version", "study").first()
    if session is None:
        raise NotYoursError("There is no session of yours at this address.")
    return session
