"""Who on the staff may do what, as Django groups."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

ROOMS = ("samples", "studies", "trials", "runs", "jobs")
ROLES: dict[str, tuple[str, ...]] = {
    "Researchers": ("view", "add", "change", "delete"),
    "Analysts": ("view",),
}
"""Verbs of each role over the rows of all rooms; user accounts stay with superusers."""

NEVER = Q(content_type__app_label="trials") & ~Q(codename__startswith="view_")
"""What raters answered is nobody's to edit."""


@transaction.atomic
def create_roles() -> list[Group]:
    """Make the groups, or set an existing group's permissions right."""
    return [_create_role(name, verbs) for name, verbs in ROLES.items()]


def _create_role(name: str, verbs: tuple[str, ...]) -> Group:
    group, _ = Group.objects.get_or_create(name=name)
    wanted = Q()
    for verb in verbs:
        wanted |= Q(codename__startswith=f"{verb}_")
    permissions = Permission.objects.filter(wanted, content_type__app_label__in=ROOMS).exclude(NEVER)
    group.permissions.set(permissions)
    return group
