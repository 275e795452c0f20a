"""What is shown when a page can't be: a sentence and the next step, in the site's own look."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from django.views import defaults

from evalsite import urls

pytestmark = pytest.mark.django_db


def _break(_request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


urlpatterns = [*urls.urlpatterns, path("broken/", _break)]


def _staff() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("stan", is_staff=True))
    return client


def test_a_wrong_address_says_so_and_what_to_do(client: Client) -> None:
    page = client.get("/no/such/page/")
    assert page.status_code == 404
    assert "There is nothing at this address" in page.content.decode()
    assert "ask them for a new one" in page.content.decode()


def test_staff_read_what_was_not_found_and_where_to_go() -> None:
    client = _staff()
    assert "may be mistyped" in client.get("/no/such/page/").content.decode()
    User.objects.update(is_superuser=True)
    page = client.get("/results/nothing/").content.decode()
    assert "No Study matches" in page
    assert 'href="/results/"' in page


def test_an_account_without_a_role_reads_which_it_lacks() -> None:
    page = _staff().get("/results/")
    assert page.status_code == 403
    assert "<strong>stan</strong>" in page.content.decode()
    assert "Researchers" in page.content.decode()


def test_a_request_that_makes_no_sense_is_told_so(rf: RequestFactory) -> None:
    page = defaults.bad_request(rf.get("/"), ValueError("secret"))
    assert page.status_code == 400
    assert "was not understood" in page.content.decode()
    assert "secret" not in page.content.decode()


@pytest.mark.urls(__name__)
def test_a_fault_of_ours_is_called_one() -> None:
    page = Client(raise_request_exception=False).get("/broken/")
    assert page.status_code == 500
    assert "a fault of the site" in page.content.decode()


def test_a_form_from_before_a_login_is_told_to_reload() -> None:
    page = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x", "password": "y"})
    assert page.status_code == 403
    assert "reload the page and send it again" in page.content.decode()


def test_whoever_is_locked_out_reads_for_how_long() -> None:
    client = Client()
    for _ in range(settings.AXES_FAILURE_LIMIT):
        page = client.post("/admin/login/", {"username": "nobody", "password": "wrong"})
    assert page.status_code == 429
    assert "Try again in 15 minutes" in page.content.decode()
