"""API tokens in the admin's own look."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from rest_framework.authtoken.admin import TokenAdmin as PlainTokenAdmin
from rest_framework.authtoken.models import TokenProxy
from unfold.admin import ModelAdmin

from evalsite.api.models import ApiToken


class TokenAdmin(PlainTokenAdmin, ModelAdmin):  # type: ignore[misc]  # both draw form fields
    """What programs sign in with, one for each account; to change one, delete it and add another."""

    list_display = ("beginning", "user", "created")
    list_filter = ()
    readonly_fields = ("beginning", "created")
    when_empty = "A token lets a program read the API as the account it belongs to."

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whose it is; afterwards also what it begins with, and when it was made."""
        return ("user",) if obj is None else ("user", "beginning", "created")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody hands one on to another account."""
        return False

    def response_add(
        self, request: HttpRequest, obj: ApiToken, post_url_continue: Any = None
    ) -> HttpResponse:
        """Say the key, this once."""
        self.message_user(
            request,
            f"The token of {obj.user.get_username()} is {obj.key} – keep it now, it is not shown again. "
            f"Programs send the header 'Authorization: Token {obj.key}'.",
        )
        return self.response_post_save_add(request, obj)


admin.site.unregister(TokenProxy)
admin.site.register(ApiToken, TokenAdmin)
