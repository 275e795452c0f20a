"""What this room's commands are given: names of studies, pairs, counts."""

from __future__ import annotations

from argparse import ArgumentTypeError

from django.core.management.base import CommandError

from evalsite.studies.models import Study
from evalsite.suggestions import did_you_mean

MOST_TRIALS = 100_000


def find_study(slug: str) -> Study:
    """The study of that name. Raises ``CommandError`` with the likeliest one."""
    try:
        return Study.objects.get(slug=slug)
    except Study.DoesNotExist:
        names = list(Study.objects.values_list("slug", flat=True))
        raise CommandError(f"no study named {slug!r}; {did_you_mean(slug, names)}") from None


def pair(text: str) -> tuple[str, str]:
    """``a=b`` as a pair; the last equals sign divides."""
    left, equals, right = text.rpartition("=")
    if not equals or not left.strip() or not right.strip():
        raise ArgumentTypeError(f"{text!r} is no pair; expected NAME=NAME")
    return left.strip(), right.strip()


def pairs(text: str) -> dict[str, str]:
    """``a=b,c=d`` as a mapping."""
    return dict(pair(part) for part in text.split(",") if part.strip())


def count(text: str) -> int:
    """A whole number of trials that one rater can have had."""
    if not text.isdecimal() or not 1 <= int(text[:9]) <= MOST_TRIALS:
        raise ArgumentTypeError(
            f"{text[:20]!r} is no number of trials; expected a whole number from 1 to {MOST_TRIALS:,}"
        )
    return int(text)
