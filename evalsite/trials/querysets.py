"""Chainable reads of sessions, trials and responses."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models

COUNTED_KINDS = ("live", "imported")
FINISHED_STATES = ("completed", "failed_attention")
"""Of sessions answered to the end: results count the latter where asked for."""
UNFINISHED_STATES = ("arrived", "consented", "ready", "running")


class SessionQuerySet(models.QuerySet[Any]):
    """Sessions by whether they count."""

    def counted(self, *, simulated: bool = False) -> Self:
        """Sessions that results are made of: live and imported ones, simulated ones only where asked for."""
        return self.filter(kind__in=_kinds(simulated))

    def completed(self, *, inattentive: bool = False) -> Self:
        """Sessions answered to the end; those that failed the attention check only where asked for."""
        return self.filter(state__in=FINISHED_STATES if inattentive else ("completed",))

    def uncounted(self) -> Self:
        """Sessions answered to the end whose tallies are not written yet; previews never have any."""
        return self.completed(inattentive=True).exclude(kind="preview").filter(tallies=None)

    def miscounted(self) -> Self:
        """Sessions that have tallies although they are not, or no longer, answered to the end."""
        return self.exclude(state__in=FINISHED_STATES).filter(tallies__isnull=False).distinct()

    def unchecked(self) -> Self:
        """Sessions of which attention is required and unknown: no catch trial was answered as shown."""
        catch = models.Q(trials__kind="catch", trials__response__valid=True)
        looked_at = self.model._default_manager.filter(catch, pk=models.OuterRef("pk"))
        return self.filter(~models.Exists(looked_at), version__protocol__attention_share__isnull=False)

    def unfinished(self) -> Self:
        """Sessions that can still go on."""
        return self.filter(state__in=UNFINISHED_STATES)

    def taking_part(self, *, seen_since: datetime) -> Self:
        """Sessions that use up a place: completed ones, and unfinished ones whose rater was there lately."""
        lately = models.Q(state__in=UNFINISHED_STATES, last_seen_at__gte=seen_since)
        return self.filter(models.Q(state="completed") | lately)

    def previews(self) -> Self:
        """Sessions that nobody counts."""
        return self.filter(kind="preview")


class TrialQuerySet(models.QuerySet[Any]):
    """Trials by whether they are answered."""

    def pending(self) -> Self:
        """Trials that wait for an answer, in the order they are shown."""
        return self.filter(response__isnull=True, set_aside_at=None).order_by("block", "position")

    def set_aside(self) -> Self:
        """Trials that can't be shown."""
        return self.filter(set_aside_at__isnull=False)

    def scored(self) -> Self:
        """Scored trials (neither practice nor catch) with a valid answer."""
        return self.filter(kind="scored", response__valid=True)


class ResponseQuerySet(models.QuerySet[Any]):
    """Responses by whether they count."""

    def counted(self, *, simulated: bool = False) -> Self:
        """Responses of live and imported sessions, of simulated ones only where asked for."""
        return self.filter(session__kind__in=_kinds(simulated))


def _kinds(simulated: bool) -> tuple[str, ...]:
    return (*COUNTED_KINDS, "simulated") if simulated else COUNTED_KINDS
