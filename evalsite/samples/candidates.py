"""Files that may be images, on their way into a sample set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from evalsite.samples.errors import RefusedImageError
from evalsite.samples.names import visible

LABEL = "label"
"""The fact that says an image's class."""

MAX_LABEL_LENGTH = 120


@dataclass(frozen=True)
class Candidate:
    """A file that may be an image.

    Args:
        name: Its name inside the source, with ``/`` between folders.
        label: Its class; empty if it has none.
        read: Gives its bytes; raises ``RefusedImageError`` with the reason if it is not to be taken.
        facts: What else is known of it, by the fact's name.
    """

    name: str
    label: str
    read: Callable[[], bytes]
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ImageSource:
    """What a path holds.

    Args:
        total: How many candidates.
        candidates: The candidates in order.
        warnings: Sentences on what may be meant otherwise.
    """

    total: int
    candidates: Iterator[Candidate]
    warnings: tuple[str, ...] = ()


def make_candidate(
    name: str, label: str, read: Callable[[], bytes], facts: Mapping[str, str] | None = None
) -> Candidate:
    """A candidate whose name and label can be stored and shown; one with too long a label is refused."""
    label = visible(label)
    if len(label) <= MAX_LABEL_LENGTH:
        return Candidate(visible(name), label, read, facts or {})
    return refuse(name, f"its label is longer than {MAX_LABEL_LENGTH} characters")


def refuse(name: str, reason: str) -> Candidate:
    """A candidate that is not to be taken, for this reason."""

    def read() -> bytes:
        raise RefusedImageError(reason)

    return Candidate(visible(name), "", read)


def say(error: Exception) -> str:
    """What an error says, in one line; some say nothing, and those of the machine say too much."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return visible(next(iter(said.splitlines()), "") or type(error).__name__)
