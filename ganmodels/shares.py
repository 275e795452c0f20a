"""Which rows of a batch a process takes, where several share it."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Share:
    """One of equal runs of rows, in order.

    Attributes:
        index: from 0.
        count: how many there are.
    """

    index: int = 0
    count: int = 1

    def of(self, rows: Tensor) -> Tensor:
        """Cuts this share out of all rows, whose number is a multiple of `count`."""
        each = len(rows) // self.count
        return rows[self.index * each : (self.index + 1) * each]

    def all(self, rows: int) -> int:
        """Counts the rows of all shares, where this one has so many."""
        return rows * self.count


WHOLE = Share()
