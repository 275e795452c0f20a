"""Chainable reads of sample sets."""

from __future__ import annotations

from typing import Any, Self

from django.db import models


class SampleSetQuerySet(models.QuerySet[Any]):
    """Sample sets by what they hold."""

    def references(self) -> Self:
        """Sets of real images."""
        return self.filter(kind="reference")

    def generated(self) -> Self:
        """Sets of a generator's images."""
        return self.filter(kind="generated")
