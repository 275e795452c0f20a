"""The admin's sidebar."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, User
from django.test import RequestFactory

from evalsite.launch.roles import create_roles
from evalsite.menu import SECTIONS, navigation

pytestmark = pytest.mark.django_db


def _titles(user: User | AnonymousUser, rf: RequestFactory) -> list[str]:
    request = rf.get("/admin/")
    request.user = user
    return [item["title"] for section in navigation(request) for item in section["items"]]


def test_a_superuser_sees_all_of_it(rf: RequestFactory) -> None:
    titles = _titles(User(is_superuser=True, is_active=True), rf)
    assert titles == ["Results", *(title for models in SECTIONS.values() for title in models.values())]


def test_an_analyst_sees_no_accounts(rf: RequestFactory) -> None:
    create_roles()
    user = User.objects.create_user("ada", is_staff=True)
    user.groups.set([group for group in create_roles() if group.name == "Analysts"])
    titles = _titles(user, rf)
    assert "Sessions" in titles
    assert not {"Users", "Roles", "API tokens"} & set(titles)


def test_every_model_of_ours_in_the_admin_is_in_the_menu() -> None:
    listed = {model for models in SECTIONS.values() for model in models}
    ours = {
        model._meta.label_lower for model in admin.site._registry if model.__module__.startswith("evalsite.")
    }
    hidden = {"studies.block", "studies.studyversion", "samples.sampleimage"}
    assert ours - hidden <= listed
