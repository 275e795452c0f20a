"""Reading raw answers, which come from outside and may be anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evalsite.tasks.errors import InvalidResponseError


def read_choice(raw: object, choices: Sequence[str]) -> dict[str, Any]:
    """``{"answer": choice}`` from a raw answer of that shape.

    Raises:
        InvalidResponseError: It is no mapping, or its answer is none of the choices.
    """
    answer = raw.get("answer") if isinstance(raw, Mapping) else None
    if not isinstance(answer, str) or answer not in choices:
        raise InvalidResponseError(
            f"got {raw!r:.80}; expected {{'answer': …}} with one of {', '.join(choices)}"
        )
    return {"answer": answer}
