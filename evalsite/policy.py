"""The admin's content security policy, wider than the site's; raters never come there."""

from __future__ import annotations

from collections.abc import Callable

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def relax_admin_policy(get_response: GetResponse) -> GetResponse:
    """Middleware: pages under the admin's address get what its widgets need, no other page does."""
    prefix = reverse("admin:index")
    get_admin_response = csp_replace(settings.ADMIN_CONTENT_SECURITY_POLICY)(get_response)

    def respond(request: HttpRequest) -> HttpResponseBase:
        return get_admin_response(request) if request.path.startswith(prefix) else get_response(request)

    return respond
