"""What commands are given that work on a study: its name."""

from __future__ import annotations

from django.core.management.base import CommandError

from evalsite.studies.models import Study
from evalsite.suggestions import did_you_mean


def find_study(slug: str) -> Study:
    """The study of that name. Raises ``CommandError`` with the likeliest one."""
    try:
        return Study.objects.get(slug=slug)
    except Study.DoesNotExist:
        names = list(Study.objects.values_list("slug", flat=True))
        raise CommandError(f"no study named {slug!r}; {did_you_mean(slug, names)}") from None
