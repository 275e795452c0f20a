"""What a rater's browser sends and is told back, as plain data between forms and services."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Struct, json
from msgspec.structs import asdict

from evalsite.trials.quality import Exposure
from evalsite.trials.wire import fields

Json = dict[str, Any]


class Submission(Struct, frozen=True, forbid_unknown_fields=True):
    """One answer as the client made it.

    Args:
        id: Made by the client, once per answer, so that a retry is recognised.
        trial: The trial's number in the session.
        answer: For the task to read.
        rt_ms: From the stimulus' onset to the answer, milliseconds.
        exposures: One record a flash.
        answered_at: By the client's clock.
    """

    id: fields.AnswerId
    trial: fields.Position
    answer: fields.AnswerData
    rt_ms: fields.Duration
    exposures: Annotated[tuple[Exposure, ...], fields.AtMostExposures]
    answered_at: fields.Moment

    def __post_init__(self) -> None:
        """Refuse, with the field's name, what a type can't say."""
        if self.id.version != 4:
            raise ValueError("id")
        if len(json.encode(self.answer)) > fields.MAX_ANSWER:
            raise ValueError("answer")
        try:
            self.answered_at.astimezone(UTC)
        except OverflowError:
            raise ValueError("answered_at") from None


class Responses(Struct, frozen=True, forbid_unknown_fields=True):
    """A request with answers, each to be read by itself."""

    responses: Annotated[list[Any], fields.AtMostResponses]


class TrialRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A request about one trial."""

    trial: fields.Position


class Consent(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the rater agreed."""

    agreed: fields.Flag


@dataclass(frozen=True)
class Visit:
    """A consent page as it was shown.

    Args:
        name: Its name, which becomes the session's id, so that a page answered twice makes one session.
        consent: Digest of the text on it.
    """

    name: UUID
    consent: str


class AnsweredWelcome(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a new rater agreed, and the signed name of the consent page."""

    agreed: fields.Flag
    visit: fields.Text


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """A request without content."""


@dataclass(frozen=True)
class UnreadableSubmission:
    """An answer that is malformed; its neighbours in the same request are not held up by it."""

    id: str
    error: str


class Device(Struct, frozen=True, forbid_unknown_fields=True):
    """The rater's browser and screen, as measured and told by the browser.

    ``room_width_px`` and ``room_height_px`` are the space for images on the stage.
    """

    period_ms: fields.Above0
    refresh_hz: fields.Above0
    stable: fields.Flag
    user_agent: fields.Text
    browser: fields.Text
    os: fields.Text
    screen_width_px: fields.Whole
    screen_height_px: fields.Whole
    window_width_px: fields.Whole
    window_height_px: fields.Whole
    room_width_px: fields.Whole
    room_height_px: fields.Whole
    device_pixel_ratio: fields.Number
    dark_theme: fields.Flag
    touch: fields.Flag
    language: fields.Text

    def to_json(self) -> Json:
        """As it is stored."""
        return asdict(self)


@dataclass(frozen=True)
class Receipt:
    """What became of one submission."""

    id: str
    status: Literal["stored", "duplicate", "rejected"]
    error: str = ""
    correct: bool | None = None
    repeated: bool = False

    def to_json(self) -> Json:
        """As the client reads it."""
        receipt: Json = {"id": self.id, "status": self.status, "repeated": self.repeated}
        receipt["feedback"] = None if self.correct is None else {"correct": self.correct}
        if self.error:
            receipt["error"] = self.error
        return receipt


@dataclass(frozen=True)
class Acknowledgement:
    """The answer to a request with submissions: receipts, the next adaptive trial, the progress."""

    results: list[Receipt] = field(default_factory=list)
    next: Json | None = None
    progress: Json = field(default_factory=dict)

    def to_json(self) -> Json:
        """As the client reads it."""
        return {"results": [r.to_json() for r in self.results], "next": self.next, "progress": self.progress}
