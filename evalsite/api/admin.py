"""API tokens in the admin's own look."""

from __future__ import annotations

from django.contrib import admin
from rest_framework.authtoken.admin import TokenAdmin as PlainTokenAdmin
from rest_framework.authtoken.models import TokenProxy
from unfold.admin import ModelAdmin


class TokenAdmin(PlainTokenAdmin, ModelAdmin):  # type: ignore[misc]  # both draw form fields
    """What programs sign in with, one for each account."""

    list_filter = ()
    when_empty = "A token lets a program read the API as the account it belongs to."


admin.site.unregister(TokenProxy)
admin.site.register(TokenProxy, TokenAdmin)
