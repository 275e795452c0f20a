"""What can go wrong with a task."""

from __future__ import annotations


class UnknownTaskError(KeyError):
    """No task of that name is in the catalogue."""

    def __str__(self) -> str:
        return str(self.args[0])


class MalformedTaskError(TypeError):
    """A file of the catalogue is not a task that can be read."""


UNUSABLE_TASK = (UnknownTaskError, MalformedTaskError)
"""What asking for a task by its name may raise."""


class InvalidParamsError(ValueError):
    """A task's params are not what its form would have taken."""


class PlanError(ValueError):
    """The materials do not suffice for the trials asked for."""


class InvalidResponseError(ValueError):
    """An answer is malformed."""
