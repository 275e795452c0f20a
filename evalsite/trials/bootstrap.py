"""What the rater's page is told when it loads."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse

from evalsite.trials.models import Session

ENDPOINTS = ("state", "consent", "device", "begin", "block", "responses", "set_aside", "complete")


def rater_config(request: HttpRequest, session: Session) -> dict[str, Any]:
    """Addresses of the session's endpoints, of the browser half of each of its tasks, and the CSRF token."""
    tasks = sorted({block["task"] for block in session.version.protocol["blocks"]})
    return {
        "urls": {name: reverse(f"trials:{name}", args=[session.pk]) for name in ENDPOINTS},
        "modules": {task: static(f"js/tasks/{task}.js") for task in tasks},
        "csrf": get_token(request),
    }
