"""What can go wrong with a recruiter."""

from __future__ import annotations


class UnknownRecruiterError(KeyError):
    """No recruiter of that name is in the catalogue."""

    def __str__(self) -> str:
        return str(self.args[0])


class MalformedRecruiterError(TypeError):
    """A file of the catalogue does not define exactly one recruiter under its own name."""
