"""What the commands share: their parsers' type, and words of the form name=value."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ganmodels.errors import SettingError

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Subparsers = object


def assignments(words: Sequence[str]) -> dict[str, str]:
    """Reads words of the form name=value.

    Raises:
        SettingError: one is of another form.
    """
    pairs = [word.partition("=") for word in words]
    for name, equals, value in pairs:
        if not (name and equals and value):
            raise SettingError(f"--set {name}{equals}{value} is not of the form name=value, such as width=32")
    return {name: value for name, _, value in pairs}
