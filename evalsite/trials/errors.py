"""What can go wrong between a rater and the site; every class says what the rater can do next."""

from __future__ import annotations

from typing import ClassVar


class StudyClosedError(RuntimeError):
    """The study takes no new raters now."""

    next_step: ClassVar[str] = "Ask whoever sent you the link when raters can take part."


class MalformedRequestError(ValueError):
    """What the client sent has not the shape that was agreed."""

    next_step: ClassVar[str] = "Reload the page; answers that were acknowledged are kept."


class WrongStageError(RuntimeError):
    """The session is not at the stage that the request belongs to."""

    next_step: ClassVar[str] = "Reload the page to go on where the session is."


class NotYoursError(LookupError):
    """The session, trial or image does not exist, or belongs to somebody else."""

    next_step: ClassVar[str] = (
        "Open the link to the study again; if that fails too, ask whoever sent it for a new one."
    )


class InvalidImportError(ValueError):
    """Judgements collected elsewhere contradict the study they are imported into."""

    next_step: ClassVar[str] = "Correct the file and import it again; nothing was stored."


class SimulationError(RuntimeError):
    """A simulated rater could not go through the study."""

    next_step: ClassVar[str] = "Check the study and the address of the site."
