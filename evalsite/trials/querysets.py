"""Chainable reads of sessions and responses."""

from __future__ import annotations

from typing import Self

from django.db import models


class SessionQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Sessions by whether they count."""

    def counted(self, *, simulated: bool = False) -> Self:
        """Sessions that results are made of: live and imported ones, simulated ones only where asked for."""
        kinds = ["live", "imported", "simulated"] if simulated else ["live", "imported"]
        return self.filter(kind__in=kinds)

    def completed(self) -> Self:
        """Sessions answered to the end."""
        return self.filter(state="completed")


class ResponseQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Responses by whether they count."""

    def counted(self, *, simulated: bool = False) -> Self:
        """Responses of live and imported sessions, of simulated ones only where asked for."""
        kinds = ["live", "imported", "simulated"] if simulated else ["live", "imported"]
        return self.filter(session__kind__in=kinds)

    def scored(self) -> Self:
        """Valid responses to scored trials (neither practice nor catch)."""
        return self.filter(valid=True, trial__kind="scored")
