"""Filters and pages: the right rows, each once; what is not understood is refused."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from evalsite.runs.models import MetricRun
from evalsite.studies.models import Study
from evalsite.trials.models import Response, Session

pytestmark = pytest.mark.django_db


def listed(api: Any, resource: str, **asked: Any) -> list[dict[str, Any]]:
    answer = api.get(f"/api/{resource}/", {"limit": 1000, **asked})
    assert answer.status_code == 200, answer.content
    return list(answer.json()["results"])


def pages(api: Any, at: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    following: str | None = at
    while following:
        page = api.get(following).json()
        rows += page["results"]
        following = page["next"]
        assert len(rows) < 1000
    return rows


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, 12),
        ({"simulated": "true"}, 18),
        ({"simulated": "false"}, 12),
        ({"session_kind": "live"}, 12),
        ({"session_kind": "simulated"}, 6),
        ({"valid": "true"}, 10),
        ({"valid": "false"}, 2),
        ({"study": "flash"}, 12),
        ({"study": "other"}, 0),
        ({"trial_kind": "scored"}, 12),
        ({"trial_kind": "practice"}, 0),
        ({"task": "rapid_scene"}, 12),
        ({"task": "pairwise"}, 0),
        ({"task": "rapid_scene", "valid": "false", "simulated": "true"}, 3),
    ],
)
def test_responses_are_filtered(asked: dict[str, str], count: int, answered: Study, api: Any) -> None:
    assert len(listed(api, "responses", **asked)) == count


def test_responses_of_a_session(answered: Study, api: Any) -> None:
    session = Session.objects.filter(kind="live").first()
    assert session is not None
    found = listed(api, "responses", session=session.pk)
    assert {one["session"] for one in found} == {str(session.pk)}
    assert len(found) == 6


def test_responses_since_a_moment(answered: Study, api: Any, now: datetime) -> None:
    assert len(listed(api, "responses", received_after=now.isoformat())) == 6
    assert len(listed(api, "responses", received_before=(now + timedelta(seconds=1)).isoformat())) == 6


@pytest.mark.parametrize(
    ("resource", "asked", "count"),
    [
        ("sessions", {"simulated": "true"}, 3),
        ("sessions", {"kind": "simulated"}, 1),
        ("sessions", {"state": "running"}, 0),
        ("sessions", {"study": "flash"}, 2),
        ("sample-sets", {"kind": "reference"}, 1),
        ("sample-sets", {"checkpoint": "none"}, 0),
        ("studies", {"state": "open"}, 1),
        ("studies", {"source": "imported"}, 0),
        ("results", {"state": "draft"}, 0),
        ("metric-runs", {"state": "queued"}, 1),
        ("metric-runs", {"metric": "fid"}, 3),
        ("metric-runs", {"metric": "kid"}, 0),
    ],
)
def test_other_lists_are_filtered(
    resource: str, asked: dict[str, str], count: int, answered: Study, runs: dict[str, MetricRun], api: Any
) -> None:
    assert len(listed(api, resource, **asked)) == count


@pytest.mark.parametrize("limit", [1, 4, 5, 6, 18, 100])
def test_every_response_is_on_exactly_one_page(limit: int, answered: Study, api: Any) -> None:
    """Also where many were received at one moment, as imported ones are."""
    rows = pages(api, f"/api/responses/?simulated=true&limit={limit}")
    counts = Counter(row["id"] for row in rows)
    assert set(counts.values()) == {1}
    assert len(counts) == Response.objects.exclude(session__kind="preview").count() == 18
    times = [row["received_at"] for row in rows]
    assert times == sorted(times)


def test_a_response_that_comes_between_two_pages_is_on_the_next(
    answered: Study, api: Any, now: datetime
) -> None:
    first = api.get("/api/responses/", {"limit": 11}).json()
    Response.objects.filter(session__kind="simulated", trial__position=0).update(
        received_at=now + timedelta(hours=1)
    )
    Session.objects.filter(kind="simulated").update(kind="live")
    rest = pages(api, first["next"])
    assert len({row["id"] for row in (*first["results"], *rest)}) == 18


def test_pages_by_offset_meet(answered: Study, api: Any) -> None:
    rows = pages(api, "/api/sample-sets/?limit=3")
    assert [row["name"] for row in rows] == ["real", "gan", "vae", "wgan"]


REFUSED = [
    ("responses", {"valid": "banana"}, "valid", "true or false"),
    ("responses", {"simulated": "1"}, "simulated", "true or false"),
    ("responses", {"session": "12"}, "session", "UUID"),
    ("responses", {"session_kind": "preview"}, "session_kind", "preview"),
    ("responses", {"task": "rapid_scen"}, "task", "rapid_scen"),
    ("responses", {"cursor": "elsewhere"}, "cursor", "'next'"),
    ("responses", {"cursor": "MjAyNi0wMy0wMXwwMDAw"}, "cursor", "'next'"),
    ("responses", {"cursor": "…"}, "cursor", "'next'"),
    ("responses", {"limit": "0"}, "limit", "1 to 1,000"),
    ("responses", {"offset": "3"}, "offset", "there are"),
    ("responses", {"received_after": "yesterday"}, "received_after", "date/time"),
    ("responses", {"simulate": "true"}, "simulate", "did you mean 'simulated'?"),
    ("sessions", {"state": "gone"}, "state", "gone"),
    ("sessions", {"study": "a\0b"}, "study", "Null"),
    ("sample-sets", {"limit": "ten"}, "limit", "'ten' was given"),
    ("sample-sets", {"limit": "1001"}, "limit", "1 to 1,000"),
    ("sample-sets", {"limit": "²"}, "limit", "'²' was given"),
    ("sample-sets", {"offset": "-1"}, "offset", "0 to"),
    ("sample-sets", {"offset": "9" * 30}, "offset", "0 to"),
    ("metric-runs", {"sample_set": "99999999999999999999"}, "sample_set", "valid choice"),
    ("studies", {"stat": "open"}, "stat", "did you mean 'state'?"),
]


@pytest.mark.parametrize(("resource", "asked", "name", "words"), REFUSED)
def test_what_is_not_understood_is_refused(
    resource: str, asked: dict[str, str], name: str, words: str, api: Any
) -> None:
    answer = api.get(f"/api/{resource}/", asked)
    said = answer.json()
    assert answer.status_code == 400
    assert words in said["error"]
    assert list(said["fields"]) == [name]
    assert said["next"].startswith("Correct")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"simulated": "banana"}, "simulated: Must be a valid boolean."),
        ({"simulate": "true"}, "did you mean 'simulated'?"),
        ({"human": "beauty"}, "no human quantity named 'beauty'"),
    ],
)
def test_results_refuse_what_they_do_not_have(
    asked: dict[str, str], words: str, answered: Study, api: Any
) -> None:
    answer = api.get(f"/api/results/{answered.slug}/", asked)
    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert answer.json()["next"]


@pytest.mark.parametrize(
    "at",
    [
        "sample-sets/0/",
        "sample-sets/99999999999999999999/",
        "sample-sets/12345/images/",
        "studies/none/",
        "results/none/",
        f"sessions/{UUID(int=0)}/",
        f"responses/{UUID(int=0)}/",
        "metric-runs/12345/",
    ],
)
def test_what_is_not_there_is_404_in_a_sentence(at: str, api: Any) -> None:
    answer = api.get(f"/api/{at}")
    assert answer.status_code == 404
    assert answer.json()["error"].startswith(("No ", "There is nothing"))
    assert "/api/" in answer.json()["next"]
