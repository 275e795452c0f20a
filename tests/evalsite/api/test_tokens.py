"""A token for a password, for the staff only, and not for whoever guesses."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db
AT = "/api/token/"
PASSWORD = "rain on the roof"


@pytest.fixture
def client() -> APIClient:
    return APIClient()


def test_a_password_gives_a_token_that_opens_the_api(staff: Any, client: APIClient) -> None:
    Token.objects.filter(user=staff["researcher"]).delete()
    answers = [
        client.post(AT, {"username": "researcher", "password": PASSWORD}, format="json") for _ in range(2)
    ]
    keys = {answer.json()["token"] for answer in answers}
    assert len(keys) == 1
    client.credentials(HTTP_AUTHORIZATION=f"Token {keys.pop()}")
    assert client.get("/api/studies/").status_code == 200


def test_the_command_gives_one_too(staff: Any, client: APIClient, capsys: Any) -> None:
    call_command("drf_create_token", "researcher", "-r")
    key = Token.objects.get(user=staff["researcher"]).key
    assert key in capsys.readouterr().out
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    assert client.get("/api/").status_code == 200


def test_a_token_is_taken_back_by_itself(api: APIClient) -> None:
    assert api.delete(AT).status_code == 204
    answer = api.get("/api/studies/")
    assert answer.status_code == 401
    assert answer.json()["error"] == "Invalid token."


def test_a_user_who_left_comes_in_no_more(staff: Any, api: APIClient) -> None:
    staff["researcher"].is_active = False
    staff["researcher"].save()
    assert api.get("/api/studies/").status_code == 401


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ({"username": "researcher", "password": "wrong"}, 401, "user name or the password is wrong"),
        ({"username": "nobody", "password": PASSWORD}, 401, "user name or the password is wrong"),
        ({"username": "rater", "password": PASSWORD}, 403, "Only members of the staff"),
        ({"username": "researcher"}, 400, "password: This field is required."),
        ({"username": "a\0b", "password": "x"}, 400, "Null characters"),
        ({"username": ["researcher"], "password": "x"}, 400, "Not a valid string."),
        ({"user": "researcher", "username": "x", "password": "x"}, 400, "did you mean 'username'?"),
    ],
)
def test_anything_else_gives_none(asked: Any, status: int, words: str, staff: Any, client: APIClient) -> None:
    answer = client.post(AT, asked, format="json")
    assert answer.status_code == status
    assert words in answer.json()["error"]
    assert answer.json()["next"]


def test_guessing_is_locked_out_even_with_the_right_password(staff: Any, client: APIClient) -> None:
    wrong = [
        client.post(AT, {"username": "researcher", "password": str(n)}, format="json") for n in range(10)
    ]
    assert {answer.status_code for answer in wrong} <= {401, 429}
    right = client.post(AT, {"username": "researcher", "password": PASSWORD}, format="json")
    assert right.status_code == 429
    assert "too many failed attempts" in right.json()["error"]


def test_guessing_many_names_is_throttled(staff: Any, client: APIClient) -> None:
    answers = [client.post(AT, {"username": f"user{n}", "password": "x"}, format="json") for n in range(21)]
    assert [answer.status_code for answer in answers] == [401] * 20 + [429]
    assert int(answers[-1].headers["Retry-After"]) <= 60
    assert "Retry-After" in answers[-1].json()["next"]
