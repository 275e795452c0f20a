"""Exponents of numbers that are about to be added up."""

from __future__ import annotations

from torch import Tensor

NEGLIGIBLE = -80.0
"""Exponent of a number that no sum with a 1 in it notices, and that float32 still holds in full."""


def floored(exponents: Tensor) -> Tensor:
    """The same tensor, its exponents not below `NEGLIGIBLE`.

    Below lie numbers too small for float32, which cost a processor many times as long.

    Args:
        exponents: of any shape, changed in place; the largest of what is added up is 0.
    """
    return exponents.clamp_(min=NEGLIGIBLE)
