"""Chainable reads of study versions."""

from __future__ import annotations

from typing import Any, Self

from django.db import models


class StudyVersionQuerySet(models.QuerySet[Any]):
    """Versions by what became of them."""

    def opened(self) -> Self:
        """Versions that raters met, or that judgements were imported under."""
        return self.filter(opened_at__isnull=False)

    def previewed(self) -> Self:
        """Versions made for a preview only."""
        return self.filter(opened_at__isnull=True)
