"""A rater meets a database that stays busy: nothing is stored, and the same request later is."""

from __future__ import annotations

import pytest
from django.db import connection

from evalsite.trials.models import Response, Session
from tests.support import wire
from tests.support.sqlite import another_writer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="one writer at a time is SQLite's way"),
]


@pytest.fixture
def impatient():
    connection.ensure_connection()
    connection.connection.execute("PRAGMA busy_timeout=50")
    yield
    connection.close()


def test_answers_are_asked_for_again_and_then_stored_once(make_study, rater, impatient):
    make_study({"trials": 3})
    begun = rater("faces").begin()
    sent = {"responses": [wire.submission(begun.get("block")["trials"][0])]}
    with another_writer():
        refused = begun.client.post(begun.base + "responses", sent, content_type="application/json")
    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert refused.json().keys() == {"error", "next"}
    assert not Response.objects.exists()
    for status in ("stored", "duplicate"):
        assert begun.post("responses", sent)["results"][0]["status"] == status
    assert Response.objects.count() == 1


def test_the_link_is_shown_and_consent_is_asked_for_again(make_study, client, impatient):
    make_study()
    with another_writer():
        config = wire.config_of(client.get("/r/faces/").content.decode())
        sent = {"agreed": True, "visit": config["visit"]}
        refused = client.post(config["urls"]["consent"], sent, content_type="application/json")
    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert not Session.objects.exists()
    assert client.post(config["urls"]["consent"], sent, content_type="application/json").status_code == 200
    assert Session.objects.count() == 1
