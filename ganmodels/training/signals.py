"""Ctrl-C and SIGTERM, taken as a wish to stop after the step at hand."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

_EXIT_STATUS_BASE = 128


@dataclass
class StopWish:
    """Whether somebody asked to stop, and by which signal."""

    signal_number: int = 0

    def __bool__(self) -> bool:
        return self.signal_number != 0

    @property
    def exit_status(self) -> int:
        """Status that a shell expects of a process so ended; 0 where none asked."""
        return _EXIT_STATUS_BASE + self.signal_number if self else 0


@contextmanager
def stop_on_signals() -> Iterator[StopWish]:
    """Within the block the first SIGINT or SIGTERM only sets the wish; a second one acts as always."""
    wish = StopWish()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def note(number: int, _frame: FrameType | None) -> None:
        wish.signal_number = number
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, note)
    try:
        yield wish
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
