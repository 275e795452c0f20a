"""What can go wrong with sampling and measuring, each error with the next move in its sentence."""

from __future__ import annotations

from collections.abc import Iterable

from evalsite.suggestions import did_you_mean


class UnknownNameError(LookupError):
    """No metric, model, extractor, checkpoint or sample set has this name."""


class InvalidRequestError(ValueError):
    """What was asked for can't be done with these sets, counts or names."""


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
    """The error for a name that nothing has, with the likeliest meant one.

    Args:
        kind: what was looked for, such as "metric".
        name: what was asked for.
        known: the names that exist.
    """
    return UnknownNameError(f"No {kind} named {name!r}; {did_you_mean(name, sorted(known))}")


class CheckpointRefusedError(ValueError):
    """A file is no checkpoint that can be sampled."""


class MeasurementError(RuntimeError):
    """A metric could not be computed; the sentence is the metric's own."""
