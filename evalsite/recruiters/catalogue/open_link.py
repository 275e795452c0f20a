"""A link that anyone may open; every browser is a rater.

It does not tell two people at one browser apart, nor one person at two browsers.
"""

from __future__ import annotations

from collections.abc import Mapping

from evalsite.recruiters.protocol import Arrival, Ending, Json, Outcome, Recruiter

_MESSAGES = {
    Outcome.COMPLETED: "Thank you, you have finished. Your answers are stored.",
    Outcome.NO_CONSENT: "You did not agree to take part, so nothing is asked. You can close this page.",
    Outcome.UNSUITABLE_DEVICE: (
        "This device or browser can't show the images as the study needs it. "
        "Please open the link again on a computer with a current browser."
    ),
    Outcome.FAILED_QUALIFICATION: "Thank you. The study ends here for you, after its first part.",
    Outcome.FAILED_ATTENTION: "Thank you. The study ends here for you.",
    Outcome.TECHNICAL_FAULT: (
        "Something went wrong on our side. Your answers up to here are stored. Please try again later."
    ),
}


class OpenLink(Recruiter):
    """Recognises nobody, sends nobody anywhere, and shows a code to who finishes."""

    name = "open_link"
    title = "Open link"
    summary = "Anyone with the link can take part; each browser counts as one rater."

    def recognise(self, query: Mapping[str, str], settings: Json) -> Arrival:
        """Nobody: the browser's cookie is the only identity."""
        return Arrival()

    def ending(self, outcome: Outcome | str, session_code: str, details: Json, settings: Json) -> Ending:
        """A sentence, and the completion code for who finished."""
        reached = Outcome(outcome)
        return Ending(_MESSAGES[reached], code=session_code if reached is Outcome.COMPLETED else "")
