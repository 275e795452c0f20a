"""How the rater's pages speak HTTP: one table of errors, one set of headers, one cookie."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, NamedTuple, ParamSpec
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from evalsite.recruiters.errors import MalformedRecruiterError, UnknownRecruiterError
from evalsite.samples.errors import StoreError
from evalsite.studies.errors import NoVersionError, StudyNotReadyError
from evalsite.tasks.errors import InvalidParamsError, MalformedTaskError, PlanError, UnknownTaskError
from evalsite.trials.errors import (
    ConsentChangedError,
    FaultyStimulusError,
    MalformedRequestError,
    NotYoursError,
    StudyClosedError,
    WrongStageError,
)
from evalsite.trials.models import Session

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


class Refusal(NamedTuple):
    """How an error is told: status, sentence, next step, and whether another try can never help."""

    status: int
    sentence: str
    next_step: str
    permanent: bool = False


Failure = Callable[[HttpRequest, Refusal], HttpResponse]

STATUS: dict[type[Exception], int] = {
    MalformedRequestError: 400,
    NotYoursError: 404,
    WrongStageError: 409,
    ConsentChangedError: 409,
    StudyNotReadyError: 409,
    StudyClosedError: 410,
    NoVersionError: 410,
    FaultyStimulusError: 410,
    PlanError: 500,
    InvalidParamsError: 500,
    UnknownTaskError: 500,
    MalformedTaskError: 500,
    UnknownRecruiterError: 500,
    MalformedRecruiterError: 500,
    StoreError: 503,
}
"""What each domain error is on the rater's pages; what is not here is a fault of ours."""

OUR_FAULT = "The study can't be shown because of a fault in its set-up."
OUR_FAULT_NEXT = "Tell whoever sent you the link; your answers up to here are stored."

HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
"""Isolation gives the browser its fine clock; nothing of a session is kept in a cache."""

COOKIE = "evalsite_rater"
COOKIE_SECONDS = 30 * 24 * 3600
SESSIONS_PER_BROWSER = 20

logger = logging.getLogger(__name__)


def answers_json(view: View[P]) -> View[P]:
    """A view that returns JSON, and its domain errors as JSON."""

    def failed(_request: HttpRequest, refusal: Refusal) -> HttpResponse:
        said: dict[str, Any] = {"error": refusal.sentence, "next": refusal.next_step}
        if refusal.permanent:
            said["permanent"] = True
        return JsonResponse(said, status=refusal.status)

    return _guarded(view, failed)


def answers_page(view: View[P]) -> View[P]:
    """A view that returns a page, and its domain errors as a page with a sentence."""

    def failed(request: HttpRequest, refusal: Refusal) -> HttpResponse:
        context = {
            "title": "This page can't be shown",
            "message": refusal.sentence,
            "next": refusal.next_step,
        }
        return render(request, "message.html", context, status=refusal.status)

    return _guarded(view, failed)


def _guarded(view: View[P], failed: Failure) -> View[P]:
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except tuple(STATUS) as error:
            response = failed(request, _explain(request, error))
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response

    return guarded


def _explain(request: HttpRequest, error: Exception) -> Refusal:
    """The error as it is told; faults in the set-up are told to staff only."""
    status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
    next_step = getattr(error, "next_step", "")
    if next_step:
        return Refusal(status, str(error), next_step, getattr(error, "permanent", False))
    logger.error("%s: %s", request.path, error)
    staff = getattr(request, "user", None) is not None and request.user.is_staff
    return Refusal(status, str(error) if staff else OUR_FAULT, OUR_FAULT_NEXT)


def give_cookie(response: HttpResponse, request: HttpRequest, session: Session) -> HttpResponse:
    """Tell the browser that this session is its own, beside those it has."""
    # Several, so that two studies in two tabs don't lock each other out.
    others = [name for name in owned_sessions(request) if name != session.pk]
    owned = [*others, session.pk][-SESSIONS_PER_BROWSER:]
    response.set_signed_cookie(
        COOKIE,
        ".".join(name.hex for name in owned),
        salt=COOKIE,
        max_age=COOKIE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def owned_sessions(request: HttpRequest) -> list[UUID]:
    """The sessions that the browser's cookie names, oldest first; none if it is missing or forged."""
    try:
        value = request.get_signed_cookie(COOKIE, default="", salt=COOKIE, max_age=COOKIE_SECONDS)
    except BadSignature:
        return []
    return [UUID(hex=name) for name in str(value).split(".") if name]
