"""Names that people type and names that files bring: what a name may be, and how any text is shown."""

from __future__ import annotations

import unicodedata

from evalsite.samples.errors import InvalidNameError

NAME_LENGTH = 120
_HIDDEN = {"Cc", "Cs", "Zl", "Zp"}
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of writing, by which one name can pass for another."""


def check_name(name: str) -> str:
    """A name of a sample set or checkpoint, without the blanks around it.

    Raises:
        InvalidNameError: it is empty, too long, or holds a character that can't be seen.
    """
    name = name.strip()
    if not name:
        raise InvalidNameError("the name is empty; give one that says what the images are")
    if len(name) > NAME_LENGTH:
        raise InvalidNameError(f"the name has {len(name)} characters; give one of at most {NAME_LENGTH}")
    if any(map(_is_hidden, name)):
        raise InvalidNameError(
            f"the name {visible(name)} holds characters that can't be seen; leave them out"
        )
    return name


def visible(text: str) -> str:
    """The text, with the code of each character that can't be seen, stored or printed in its place."""
    return "".join(
        letter.encode("unicode_escape").decode("ascii") if _is_hidden(letter) else letter for letter in text
    )


def _is_hidden(letter: str) -> bool:
    return unicodedata.category(letter) in _HIDDEN or letter in _TURNING
