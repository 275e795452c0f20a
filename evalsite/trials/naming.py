"""Names that tell nothing, of stimuli and of completed sessions. Pure; the key is an argument."""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters of completion codes: those that are not taken for digits."""

_POSITION_DIGITS = 6
_SIGNATURE_DIGITS = 40


def stimulus_name(key: str, session: UUID, position: int, slot: int) -> str:
    """The name an image is served under: its place, which the client knows anyway, and a signature.

    Args:
        key: The site's secret key.
        session: The session's id.
        position: The trial's number in the session, 0 to 16,777,215.
        slot: Which of the trial's stimuli, from 0.

    Returns:
        48 hexadecimal digits, or 49 from slot 256 on, whatever the image; it can't be guessed, nor used in
        another session.
    """
    place = f"{position:06x}{slot:02x}"
    return place + _sign(key, "stimulus", f"{session}/{place}")[:_SIGNATURE_DIGITS]


def read_stimulus_name(key: str, session: UUID, name: str) -> tuple[int, int] | None:
    """The position and slot that a name stands for; None if it was not given to this session."""
    try:
        position = int(name[:_POSITION_DIGITS], 16)
        slot = int(name[_POSITION_DIGITS:-_SIGNATURE_DIGITS], 16)
    except ValueError:
        return None
    genuine = hmac.compare_digest(stimulus_name(key, session, position, slot).encode(), name.encode())
    return (position, slot) if genuine else None


def completion_code(key: str, session: UUID) -> str:
    """A code such as ``KFWM-4821`` that only this session's data can have produced."""
    number = int(_sign(key, "completion", str(session)), 16)
    letters = ""
    for _ in range(4):
        number, index = divmod(number, len(CODE_LETTERS))
        letters += CODE_LETTERS[index]
    return f"{letters}-{number % 10_000:04d}"


def text_digest(text: str) -> str:
    """16 hexadecimal digits that another text has not."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _sign(key: str, purpose: str, text: str) -> str:
    return hmac.new(key.encode(), f"evalsite.{purpose}:{text}".encode(), hashlib.sha256).hexdigest()
