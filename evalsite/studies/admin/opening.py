"""What saving a study that is open does to it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone

from evalsite.studies.errors import StudyNotReadyError
from evalsite.studies.models import Study
from evalsite.studies.services import open_study


def follow_up(request: HttpRequest, study: Study) -> None:
    """Open what was saved as a new version if raters can come now, and say what they meet.

    A study that no longer can be opened is saved all the same: raters stay on the version they are on.
    """
    if study.state != Study.State.OPEN:
        return
    try:
        version = open_study(study=study, now=timezone.now())
    except StudyNotReadyError as error:
        messages.error(
            request, f"Saved, but raters still meet the version before: {' '.join(error.problems)}"
        )
    else:
        messages.info(request, f"Raters who come from now on meet version {version.number}.")
