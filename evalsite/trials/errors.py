"""What can go wrong between a rater and the site; every class says what the rater can do next."""

from __future__ import annotations

from typing import ClassVar


class StudyClosedError(RuntimeError):
    """The study takes no new raters now."""

    next_step: ClassVar[str] = "Ask whoever sent you the link when raters can take part."


class ConsentChangedError(RuntimeError):
    """The text that the rater agreed to is not the one that the study has now."""

    next_step: ClassVar[str] = "Reload the page and read it again."


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


class FaultyStimulusError(RuntimeError):
    """An image of a trial can't be shown, and trying again does not help.

    What a rater may read names no image: its name would say which condition it is from.

    Attributes:
        reason: What is wrong, for researchers: the image's sample set and place, and the fault of its file.
    """

    next_step: ClassVar[str] = "The page sets the trial aside and goes on by itself; if not, reload it."
    permanent: ClassVar[bool] = True

    def __init__(self, reason: str) -> None:
        super().__init__("This image can't be shown because of a fault on our side.")
        self.reason = reason


class InvalidImportError(ValueError):
    """Judgements collected elsewhere contradict the study they are imported into."""

    next_step: ClassVar[str] = "Correct the file and import it again; nothing was stored."


class SimulationError(RuntimeError):
    """A simulated rater could not go through the study."""

    next_step: ClassVar[str] = "Check the study and the address of the site."
