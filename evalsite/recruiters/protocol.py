"""What a recruiter is: how a rater is recognised on arrival, and how a sitting ends."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

Json = dict[str, Any]


class Outcome(StrEnum):
    """How a sitting can end."""

    COMPLETED = "completed"
    NO_CONSENT = "no_consent"
    UNSUITABLE_DEVICE = "unsuitable_device"
    FAILED_QUALIFICATION = "failed_qualification"
    FAILED_ATTENTION = "failed_attention"
    TECHNICAL_FAULT = "technical_fault"


@dataclass(frozen=True)
class Arrival:
    """Who came, as the platform says.

    Args:
        external_id: The platform's id of the rater; empty where there is none: every browser is a rater then.
        details: What is needed to end the sitting (JSON).
    """

    external_id: str = ""
    details: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Ending:
    """What a rater sees and where a rater goes at the end.

    Args:
        message: Sentences for the last page.
        redirect_url: Where the browser is sent, or None to stay.
        code: Completion code to show; empty if the outcome has none.
    """

    message: str
    redirect_url: str | None = None
    code: str = ""


class Recruiter(ABC):
    """A way for raters to arrive and to leave.

    A file in ``catalogue/`` defines one subclass, named after the file's stem. Instances hold no state.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]

    @abstractmethod
    def recognise(self, query: Mapping[str, str], settings: Json) -> Arrival:
        """Who arrives, from the address's query and the study's recruiter settings."""

    @abstractmethod
    def ending(self, outcome: Outcome | str, session_code: str, details: Json, settings: Json) -> Ending:
        """What goes with an outcome.

        Args:
            outcome: One of ``Outcome``, or its value.
            session_code: The session's completion code.
            details: What ``recognise`` kept.
            settings: The study's recruiter settings.

        Raises:
            ValueError: the outcome is not one of ``Outcome``.
        """
