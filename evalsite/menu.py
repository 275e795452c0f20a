"""The admin's sidebar and first page, in the order of the work: set up, measure, read, administer."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

SECTIONS: dict[str, dict[str, str]] = {
    "Study": {"studies.study": "Studies"},
    "Images": {"samples.sampleset": "Sample sets", "samples.checkpoint": "Checkpoints"},
    "Measuring": {"runs.metricrun": "Metric runs", "jobs.job": "Jobs"},
    "Answers": {
        "trials.session": "Sessions",
        "trials.response": "Responses",
        "trials.participant": "Participants",
    },
    "Staff": {
        "auth.user": "Users",
        "auth.group": "Roles",
        "api.apitoken": "API tokens",
        "axes.accessattempt": "Failed logins",
    },
}
"""Titles by model, by section."""

ABOUT: dict[str, str] = {
    "studies.study": "What raters are asked, about which images and in which words.",
    "samples.sampleset": "Real images and generated ones, imported or sampled.",
    "samples.checkpoint": "Trained generators, to draw images from.",
    "runs.metricrun": "What machines measured, and what they are measuring.",
    "jobs.job": "Background work, how far it is and what failed.",
    "trials.session": "The sittings of raters.",
    "trials.response": "Every answer as it was stored.",
    "trials.participant": "Raters as each study knows them.",
    "auth.user": "Accounts of the staff.",
    "auth.group": "Researchers set studies up, Analysts read.",
    "api.apitoken": "What programs sign in with.",
    "axes.accessattempt": "Who is locked out, and from where.",
}
"""What each is, for the first page."""


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sections with what this user may see of them."""
    sections = [
        {"title": section, "separator": True, "items": _items(request, models)}
        for section, models in SECTIONS.items()
    ]
    pages = {
        "title": "",
        "items": [
            {
                "title": "Results",
                "link": reverse("results:index"),
                "about": "Ratings beside metrics, by study.",
            }
        ],
    }
    return [pages, *(section for section in sections if section["items"])]


def first_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the admin's first page shows: the same sections, each way with what it leads to."""
    return {**context, "sections": navigation(request)}


def _items(request: HttpRequest, models: dict[str, str]) -> list[dict[str, str]]:
    return [
        {
            "title": title,
            "link": reverse(f"admin:{model.replace('.', '_')}_changelist"),
            "about": ABOUT[model],
        }
        for model, title in models.items()
        if request.user.has_perm(model.replace(".", ".view_"))
    ]
