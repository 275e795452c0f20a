"""Tokens as the admin shows them."""

from __future__ import annotations

from django.contrib import admin
from rest_framework.authtoken.models import TokenProxy

SHOWN = 6


class ApiToken(TokenProxy):
    """What a program signs in with; its key is a password, and no page, title or log repeats it."""

    class Meta:
        proxy = True
        verbose_name = "API token"

    def __str__(self) -> str:
        return f"{self.user.get_username()}, {self.beginning}"

    @property
    @admin.display(description="Key", ordering="key")
    def beginning(self) -> str:
        """Enough of the key to know it again."""
        return f"{self.key[:SHOWN]}…"
