"""What can go wrong with images and the sets they make."""

from __future__ import annotations


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


class MissingFileError(FileNotFoundError):
    """The store holds no file of that digest."""


class StoreError(OSError):
    """The store could not write a file; nothing of it is left behind."""

    def __str__(self) -> str:
        """The sentence alone, without the number before it."""
        return str(self.strerror)


REFUSALS = (InvalidNameError, NameTakenError, SourceError, EmptySetError, MissingFileError, StoreError)
"""Why an import makes no set; each says so in a sentence for whoever asked for it."""
