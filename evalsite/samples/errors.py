"""What can go wrong with images and the sets they make."""

from __future__ import annotations

from typing import ClassVar


class RefusedImageError(ValueError):
    """A file is not taken as an image; the message is the reason, fit to stand behind the file's name."""


class SourceError(ValueError):
    """A folder or archive can't be read as a source of images."""


class NameTakenError(ValueError):
    """A sample set or checkpoint of that name exists."""


class InvalidNameError(ValueError):
    """A name is empty, too long or can't be read."""


class EmptySetError(ValueError):
    """An import accepted no image."""


class FaultyFileError(OSError):
    """A stored file can't be used, and trying again does not help.

    Attributes:
        fault: What is wrong with it, in a word.
    """

    fault: ClassVar[str]


class MissingFileError(FaultyFileError):
    """The store holds no file of that digest."""

    fault = "missing"


class DamagedFileError(FaultyFileError):
    """A stored file is not the one that was kept: its content has another digest, or can't be read."""

    fault = "damaged"


class StoreError(OSError):
    """The store can't be written or read now; of what was being written, nothing is left behind."""

    def __str__(self) -> str:
        """The sentence alone, without the number before it."""
        return str(self.strerror)


REFUSALS = (InvalidNameError, NameTakenError, SourceError, EmptySetError, MissingFileError, StoreError)
"""Why an import makes no set; each says so in a sentence for whoever asked for it."""
