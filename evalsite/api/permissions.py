"""Who may use the API: staff, each as far as their roles go; strangers see nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.permissions import DjangoModelPermissions, IsAuthenticated
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which imports this file itself, as the settings name it

VIEW = "%(app_label)s.view_%(model_name)s"


class IsStaff(IsAuthenticated):
    """Anybody on the staff; raters' accounts, should there be any, are not."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the user is logged in and on the staff."""
        return super().has_permission(request, view) and bool(request.user.is_staff)


class HasModelPermissions(IsStaff, DjangoModelPermissions):
    """Staff with Django's permission on the view's model; REST framework's own class lets everybody read."""

    perms_map = DjangoModelPermissions.perms_map | {"GET": [VIEW], "HEAD": [VIEW], "OPTIONS": [VIEW]}

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the user is on the staff and has the permission that the method asks for."""
        return IsStaff.has_permission(self, request, view) and DjangoModelPermissions.has_permission(
            self, request, view
        )


class MayChangeJobs(IsStaff):
    """Staff who may end background work."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the user has the permission that the job's own page asks for."""
        return super().has_permission(request, view) and request.user.has_perm("jobs.change_job")
