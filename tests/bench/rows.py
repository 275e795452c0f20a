"""What a benchmark reports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BenchRow:
    """One comparison, measured in one run.

    Attributes:
        name: what was measured.
        ours: our figure with its unit.
        peer: the peer's figure with its unit, and which peer it is.
        ratio: how many times better ours is.
        agreement: how far the two results are apart.
        target: the ratio that is asked for.
    """

    name: str
    ours: str
    peer: str
    ratio: float
    agreement: str
    target: str
