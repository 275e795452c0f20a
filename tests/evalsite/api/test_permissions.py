"""Every address of the API, asked for by everybody; the resolver names them, so a new one is held to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from evalsite.jobs.models import Job
from evalsite.runs.models import MetricRun
from evalsite.samples.models import SampleSet
from evalsite.studies.models import Study
from evalsite.trials.models import Response, Session

pytestmark = pytest.mark.django_db

WHO = ("stranger", "rater", "newcomer", "analyst", "researcher")
OPEN = {"docs/": 302, "token/": 401}
"""Addresses that answer strangers otherwise: with the page to log in at, or for a wrong password."""
FOR_ALL_STAFF = {"", "schema/"}
MODELS = {
    "sample-sets": SampleSet,
    "studies": Study,
    "sessions": Session,
    "responses": Response,
    "metric-runs": MetricRun,
    "results": Study,
}


def patterns(prefix: str = "api/") -> Iterator[str]:
    """Each address below the API, as its pattern is written."""

    def walk(found: Any, before: str) -> Iterator[str]:
        for one in found:
            route = before + str(one.pattern)
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns, route)
            elif isinstance(one, URLPattern):
                yield route

    return (
        route.removeprefix(prefix)
        for route in walk(get_resolver().url_patterns, "")
        if route.startswith(prefix)
    )


ELSEWHERE = "^.*/$"
ROUTES = sorted(set(patterns()) - {ELSEWHERE})
READABLE = [route for route in ROUTES if route not in OPEN and not route.endswith("cancel/")]


@pytest.fixture
def address(answered: Study, runs: dict[str, MetricRun]) -> Callable[[str], str]:
    """A pattern's address of something that is there."""

    def fill(route: str) -> str:
        resource = route.split("/", maxsplit=1)[0]
        for key in ("<slug:slug>", "<int:pk>", "<uuid:pk>"):
            if key in route:
                route = route.replace(key, answered.slug if "slug" in key else _first(MODELS[resource]))
        assert "<" not in route
        return f"/api/{route}"

    return fill


def _first(model: Any) -> str:
    found = model.objects.exclude(kind="preview") if model is Session else model.objects.all()
    if model is Response:
        found = found.exclude(session__kind="preview")
    return str(found.first().pk)


def test_the_walk_finds_what_there_is() -> None:
    assert len(ROUTES) >= 17
    assert {route.split("/")[0] for route in ROUTES} == {"", "docs", "schema", "token", *MODELS}


@pytest.mark.parametrize("route", READABLE)
def test_only_roles_that_may_see_it_read(route: str, address: Any, client_of: Any) -> None:
    statuses = {who: client_of(who).get(address(route)).status_code for who in WHO}
    newcomer = 200 if route in FOR_ALL_STAFF else 403
    expected = {"stranger": 401, "rater": 403, "newcomer": newcomer, "analyst": 200, "researcher": 200}
    assert statuses == expected


@pytest.mark.parametrize("route", [route for route in ROUTES if route not in OPEN])
def test_strangers_and_raters_can_do_nothing(route: str, address: Any, client_of: Any) -> None:
    at = address(route)
    for method in ("post", "put", "patch", "delete", "options"):
        stranger = getattr(client_of("stranger"), method)(at, {}, format="json")
        rater = getattr(client_of("rater"), method)(at, {}, format="json")
        assert (stranger.status_code, rater.status_code) == (401, 403)
        assert stranger.headers["WWW-Authenticate"] == "Token"
        assert set(stranger.json()) == set(rater.json()) == {"error", "next"}


@pytest.mark.parametrize("route", READABLE)
def test_nothing_is_edited_or_deleted_here(route: str, address: Any, api: Any) -> None:
    at = address(route)
    before = api.get(at).content
    for method in ("put", "patch", "delete"):
        assert getattr(api, method)(at, {}, format="json").status_code in {403, 405}
    assert api.get(at).content == before


def test_other_addresses_are_told_to_the_staff_only(client_of: Any) -> None:
    for at in ("/api/nothing/", "/api/studies/two words/", "/api/sessions/12/"):
        answers = {who: client_of(who).get(at) for who in WHO}
        statuses = {who: answer.status_code for who, answer in answers.items()}
        assert statuses == {"stranger": 401, "rater": 403, **dict.fromkeys(WHO[2:], 404)}
        assert answers["analyst"].json()["error"] == "There is nothing at this address."


def test_a_missing_slash_is_added(client_of: Any) -> None:
    assert client_of("analyst").get("/api/studies").headers["Location"] == "/api/studies/"


def test_analysts_ask_for_no_work_and_end_none(runs: dict[str, MetricRun], client_of: Any) -> None:
    analyst = client_of("analyst")
    assert analyst.post("/api/metric-runs/", {}, format="json").status_code == 403
    assert analyst.post(f"/api/metric-runs/{runs['waiting'].pk}/cancel/").status_code == 403
    assert Job.objects.filter(cancel_requested=True).count() == 0


def test_the_docs_send_strangers_to_the_login(client: Any) -> None:
    answer = client.get("/api/docs/")
    assert answer.status_code == 302
    assert answer.url == "/admin/login/?next=/api/docs/"


def test_a_login_serves_as_well_as_a_token(answered: Study, staff: Any, client: Any) -> None:
    client.force_login(staff["analyst"])
    assert client.get("/api/responses/").status_code == 200


def test_a_login_without_the_csrf_token_changes_nothing(runs: dict[str, MetricRun], staff: Any) -> None:
    from rest_framework.test import APIClient

    client = APIClient(enforce_csrf_checks=True)
    client.force_login(staff["researcher"])
    answer = client.post(f"/api/metric-runs/{runs['waiting'].pk}/cancel/")
    assert answer.status_code == 403
    assert "CSRF" in answer.json()["error"]
