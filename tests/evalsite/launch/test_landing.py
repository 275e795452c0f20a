"""The first page."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_visitor_reads_what_this_is_and_what_to_do(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "open the link that you were sent" in page
    assert "/admin/login/?next=/" in page


def test_staff_go_on_to_the_results(client: Client) -> None:
    client.force_login(User.objects.create_user("ada", is_staff=True))
    assert client.get("/")["Location"] == "/results/"


def test_the_page_takes_nothing_in(client: Client) -> None:
    assert client.post("/").status_code == 405
