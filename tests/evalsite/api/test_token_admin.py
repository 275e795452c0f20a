"""A token's key is a password: told once, to who makes it."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.authtoken.models import Token

LIST = "/admin/api/apitoken/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(admin_client: Client) -> User:
    return User.objects.create_user("nightly", is_staff=True)


def test_the_key_is_told_once_and_then_only_its_beginning(admin_client: Client, owner: User) -> None:
    told = admin_client.post(f"{LIST}add/", {"user": owner.pk}, follow=True).content.decode()
    key = Token.objects.get(user=owner).key
    assert key in told
    assert f"The token of nightly is {key}" in told
    for address in (LIST, f"{LIST}{owner.pk}/change/", f"{LIST}{owner.pk}/delete/", "/admin/"):
        page = admin_client.get(address)
        assert page.status_code == 200, address
        assert key not in page.content.decode()
    assert f"{key[:6]}…" in admin_client.get(LIST).content.decode()
    assert key not in LogEntry.objects.get().object_repr


def test_a_token_is_taken_back_but_handed_on_to_nobody(admin_client: Client, owner: User) -> None:
    Token.objects.create(user=owner)
    other = User.objects.create_user("other")
    assert admin_client.post(f"{LIST}{owner.pk}/change/", {"user": other.pk}).status_code == 403
    assert Token.objects.get().user == owner
    admin_client.post(f"{LIST}{owner.pk}/delete/", {"post": "yes"})
    assert not Token.objects.exists()
