"""Files that may be images, on their way into a sample set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from evalsite.samples.errors import RefusedImageError
from evalsite.samples.names import visible

MAX_LABEL_LENGTH = 120


@dataclass(frozen=True)
class Candidate:
    """A file that may be an image.

    Args:
        name: Its name inside the source, with ``/`` between folders.
        label: Its class; empty if it has none.
        read: Gives its bytes; raises ``RefusedImageError`` with the reason if it is not to be taken.
    """

    name: str
    label: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class ImageSource:
    """What a path holds: how many candidates, and the candidates in order."""

    total: int
    candidates: Iterator[Candidate]


def make_candidate(name: str, label: str, read: Callable[[], bytes]) -> Candidate:
    """A candidate whose name and label can be stored and shown; one with too long a label is refused."""
    label = visible(label)
    if len(label) <= MAX_LABEL_LENGTH:
        return Candidate(visible(name), label, read)
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
