"""A database that can't be used: whoever asks is told to come again, in the form that they read."""

from __future__ import annotations

import logging

import pytest
from django.db import OperationalError, ProgrammingError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from evalsite import urls
from tests.support.sqlite import another_writer

AWAY = OperationalError("connection refused")
UNPREPARED = ProgrammingError('relation "trials_session" does not exist')
OURS = ProgrammingError("syntax error at or near SELEKT")
FAULTS = {"away": AWAY, "unprepared": UNPREPARED, "ours": OURS}


def _fail(_request: HttpRequest, name: str) -> HttpResponse:
    raise FAULTS[name]


def _remember(request: HttpRequest) -> HttpResponse:
    request.session["seen"] = True
    return HttpResponse("seen")


urlpatterns = [
    *urls.urlpatterns,
    path("failing/<slug:name>", _fail),
    path("remembering", _remember),
]
handler500 = urls.handler500
pytestmark = pytest.mark.urls(__name__)


def test_a_program_is_told_in_json_when_to_come_again(client: Client) -> None:
    answer = client.get("/failing/away", headers={"Accept": "*/*"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json().keys() == {"error", "next"}
    assert "sends them again by itself" in answer.json()["next"]


def test_the_log_tells_the_operator_what_to_do(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "evalsite"):
        assert client.get("/failing/unprepared").status_code == 503
    assert [record.message for record in caplog.records if record.name == "evalsite.outage"] == [
        f"GET /failing/unprepared: the database is not prepared ({UNPREPARED}); run 'manage.py migrate' first"
    ]
    assert "Traceback" not in caplog.text


def test_a_fault_of_ours_is_not_smoothed_over(client: Client) -> None:
    with pytest.raises(ProgrammingError):
        client.get("/failing/ours")
    client.raise_request_exception = False
    answer = client.get("/failing/ours", headers={"Accept": "text/html"})
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="one writer at a time is SQLite's way")
@pytest.mark.parametrize("accept", ["text/html", "*/*"])
def test_what_is_stored_after_the_view_may_meet_an_outage_too(client: Client, accept: str) -> None:
    """Signing in does so: the session is kept when the answer is ready, outside all views."""
    client.raise_request_exception = False
    connection.ensure_connection()
    connection.connection.execute("PRAGMA busy_timeout=50")
    with another_writer():
        answer = client.get("/remembering", headers={"Accept": accept})
    connection.close()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "text/html" in answer["Content-Type"] if accept == "text/html" else answer.json()["error"]
    assert client.get("/remembering").status_code == 200
