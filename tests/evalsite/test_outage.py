"""A database that can't be used: whoever asks is told to come again, in the form that they read."""

from __future__ import annotations

import logging

import pytest
from django.db import OperationalError, ProgrammingError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from evalsite import urls

AWAY = OperationalError("connection refused")
UNPREPARED = ProgrammingError('relation "trials_session" does not exist')
OURS = ProgrammingError("syntax error at or near SELEKT")
FAULTS = {"away": AWAY, "unprepared": UNPREPARED, "ours": OURS}


def _fail(_request: HttpRequest, name: str) -> HttpResponse:
    raise FAULTS[name]


urlpatterns = [*urls.urlpatterns, path("failing/<slug:name>", _fail)]
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
