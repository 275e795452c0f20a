"""The admin's sidebar, in the order of the work: set up, measure, read, administer."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

SECTIONS: dict[str, dict[str, str]] = {
    "Study": {"studies.study": "Studies"},
    "Images": {"samples.sampleset": "Sample sets", "samples.checkpoint": "Checkpoints"},
    "Measuring": {"runs.metricrun": "Metric runs", "runs.job": "Jobs"},
    "Answers": {
        "trials.session": "Sessions",
        "trials.response": "Responses",
        "trials.participant": "Participants",
    },
    "Staff": {
        "auth.user": "Users",
        "auth.group": "Roles",
        "authtoken.tokenproxy": "API tokens",
        "axes.accessattempt": "Failed logins",
    },
}
"""Titles by model, by section."""


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sections with what this user may see of them."""
    sections = [
        {"title": section, "separator": True, "items": _items(request, models)}
        for section, models in SECTIONS.items()
    ]
    pages = {"title": "", "items": [{"title": "Results", "link": reverse("results:index")}]}
    return [pages, *(section for section in sections if section["items"])]


def _items(request: HttpRequest, models: dict[str, str]) -> list[dict[str, str]]:
    return [
        {"title": title, "link": reverse(f"admin:{model.replace('.', '_')}_changelist")}
        for model, title in models.items()
        if request.user.has_perm(model.replace(".", ".view_"))
    ]
