"""What each role may do."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from evalsite.launch.roles import create_roles

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> dict[str, User]:
    roles = {group.name: group for group in create_roles()}
    users = {name: User.objects.create_user(name, is_staff=True) for name in roles}
    for name, user in users.items():
        user.groups.add(roles[name])
    return users


def test_researchers_set_up_studies_and_ask_for_metrics(staff: dict[str, User]) -> None:
    assert staff["Researchers"].has_perms(
        [
            "studies.add_study",
            "studies.change_block",
            "runs.add_metricrun",
            "jobs.change_job",
            "samples.view_sampleset",
        ]
    )


def test_nobody_may_edit_what_raters_answered(staff: dict[str, User]) -> None:
    for user in staff.values():
        assert user.has_perm("trials.view_response")
        assert not user.has_perm("trials.change_response")
        assert not user.has_perm("trials.delete_session")


def test_analysts_read_only(staff: dict[str, User]) -> None:
    verbs = {permission.split(".")[1].split("_")[0] for permission in staff["Analysts"].get_all_permissions()}
    assert verbs == {"view"}


def test_roles_do_not_reach_user_accounts(staff: dict[str, User]) -> None:
    for user in staff.values():
        assert not [
            p for p in user.get_all_permissions() if p.startswith(("auth.", "authtoken.", "api.", "axes."))
        ]


def test_a_second_call_sets_permissions_right_again(staff: dict[str, User]) -> None:
    group = staff["Analysts"].groups.get()
    group.permissions.clear()
    create_roles()
    assert group.permissions.count() > 5
