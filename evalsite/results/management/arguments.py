"""What this room's commands are given: pairs and counts."""

from __future__ import annotations

from argparse import ArgumentTypeError

MOST_TRIALS = 100_000


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
