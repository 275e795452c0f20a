"""When the database can't be used: a sentence for commands, and for browsers and programs to try again."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from django.db.utils import DatabaseError, OperationalError, ProgrammingError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

UNPREPARED = ("no such table", "no such column", "has no column named", "does not exist")
"""What SQLite and PostgreSQL say of tables and columns that migrations have yet to make."""
DAMAGED = ("file is not a database", "disk image is malformed")
"""What SQLite says of a file that something else has written to."""

RETRY_SECONDS = 5
SENTENCE = "The site can't reach its data just now."
NEXT = "Try again in some seconds. A rater's page keeps the answers here and sends them again by itself."

logger = logging.getLogger(__name__)


def explain(error: Exception) -> str | None:
    """What is wrong with the database and the next move, for whoever runs the site; None for other faults."""
    if not isinstance(error, DatabaseError):
        return None
    said = str(error).strip()
    if any(words in said for words in DAMAGED):
        return f"the database is damaged ({said}); put a copy that is whole in its place, or name another"
    if not isinstance(error, OperationalError | ProgrammingError):
        return None
    if any(words in said for words in UNPREPARED):
        return f"the database is not prepared ({said}); run 'manage.py migrate' first"
    if isinstance(error, ProgrammingError):  # a statement that can't be right on any database
        return None
    return f"the database can't be used ({said}); check DATABASE_URL, its server and the room on its disk"


class OutageMiddleware:
    """Answers 503 where a view meets an outage: busy for too long, full, away or not prepared."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let the request through."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The answer to an outage; None for what is none."""
        return _answer(request, error)


def fault(request: HttpRequest) -> HttpResponse:
    """The site's answer to whatever a middleware did not answer: an outage met outside of views is one, too.

    A session is stored after its view has answered, so that signing in can meet a busy database there.
    """
    error = sys.exception()  # the handler is called while it is handled
    outage = _answer(request, error) if isinstance(error, Exception) else None
    return outage or server_error(request)


def _answer(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """A page for who reads pages, JSON for all others; None for what is no outage."""
    sentence = explain(error)
    if sentence is None:
        return None
    logger.error("%s %s: %s", request.method, request.path, sentence)
    wants_page = "text/html" in request.headers.get("Accept", "")
    response = _page() if wants_page else JsonResponse({"error": SENTENCE, "next": NEXT}, status=503)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _page() -> HttpResponse:
    # Without the request: who is logged in is in the database, too.
    context = {"title": "One moment", "message": SENTENCE, "next": NEXT}
    return HttpResponse(render_to_string("message.html", context), status=503)
