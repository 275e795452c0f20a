"""What can go wrong with a job, each error with the next move in its sentence."""

from __future__ import annotations


class LeaseLostError(RuntimeError):
    """This attempt no longer holds the job and may write nothing more."""


class JobCancelledError(RuntimeError):
    """A user asked for the job to end."""


class WorkerStoppingError(RuntimeError):
    """This process is about to end; the job goes back to the queue."""


class JobStateError(ValueError):
    """The job is in a state in which this can't be done to it."""


class UnknownJobKindError(LookupError):
    """No room of the site has a job kind of this name."""


class DuplicateJobKindError(LookupError):
    """Two rooms of the site have a job kind of the same name."""
