"""What a rater's browser sends and is told back, as plain data between forms and services."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from evalsite.trials.quality import Exposure

Json = dict[str, Any]


@dataclass(frozen=True)
class Submission:
    """One answer as the client made it.

    Args:
        id: Made by the client, once per answer, so that a retry is recognised.
        trial: The trial's number in the session.
        answer: For the task to read.
        rt_ms: From the stimulus' onset to the answer, milliseconds.
        exposures: One record a flash.
        answered_at: By the client's clock.
    """

    id: UUID
    trial: int
    answer: Json
    rt_ms: float
    exposures: tuple[Exposure, ...] = ()
    answered_at: datetime | None = None


@dataclass(frozen=True)
class UnreadableSubmission:
    """An answer that is malformed; its neighbours in the same request are not held up by it."""

    id: str
    error: str


@dataclass(frozen=True)
class Device:
    """The rater's browser and screen, as measured and told by the browser.

    ``room_width_px`` and ``room_height_px`` are the space for images on the stage.
    """

    period_ms: float
    refresh_hz: float
    stable: bool
    user_agent: str
    browser: str
    os: str
    screen_width_px: int
    screen_height_px: int
    window_width_px: int
    window_height_px: int
    room_width_px: int
    room_height_px: int
    device_pixel_ratio: float
    dark_theme: bool
    touch: bool
    language: str

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
