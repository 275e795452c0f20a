"""What the rater's page is told when it loads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse

from evalsite.trials.models import Session
from evalsite.trials.state import describe_welcome
from evalsite.trials.wire.parsing import make_visit

ENDPOINTS = ("state", "consent", "device", "begin", "block", "responses", "set_aside", "complete")


def rater_config(request: HttpRequest, session: Session) -> dict[str, Any]:
    """Addresses of the session's endpoints, of the browser half of each of its tasks, and the CSRF token."""
    tasks = sorted({block["task"] for block in session.version.protocol["blocks"]})
    return {
        "urls": {name: reverse(f"trials:{name}", args=[session.pk]) for name in ENDPOINTS},
        "modules": {task: static(f"js/tasks/{task}.js") for task in tasks},
        "csrf": get_token(request),
    }


def welcome_config(request: HttpRequest, slug: str, protocol: Mapping[str, Any]) -> dict[str, Any]:
    """What the consent page shows, its name, and where the answer goes, with the link's own parameters."""
    query = request.GET.urlencode()
    address = reverse("trials:agree", args=[slug])
    return {
        "urls": {"consent": f"{address}?{query}" if query else address},
        "state": describe_welcome(protocol),
        "visit": make_visit(slug, protocol["texts"]["consent"]),
        "csrf": get_token(request),
    }
