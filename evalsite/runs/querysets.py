"""Chainable reads of metric runs."""

from __future__ import annotations

from typing import Any, Self

from django.db import models


class MetricRunQuerySet(models.QuerySet[Any]):
    """Metric runs by where their values come from."""

    def computed(self) -> Self:
        """Runs measured here."""
        return self.filter(provenance={})

    def imported(self) -> Self:
        """Runs whose values were measured elsewhere."""
        return self.exclude(provenance={})
