"""Images judged real or generated, as arrays: what deception rates and signal detection are computed from."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from evalsite.tasks.analysis.two_way import Floats, Ints

SHARED = -1
"""In the place of a condition: a real image that stands beside all conditions of its rater."""


class Judgement(NamedTuple):
    """One image judged real or generated.

    Attributes:
        rater: Who judged.
        beside: The condition that the image belongs to or, if real, stands beside; None for a real image that
            stands beside all conditions of its rater.
        image: The image's source and its number there.
        real: Whether it is real.
        wrong: Whether the judgement is wrong.
    """

    rater: str
    beside: str | None
    image: tuple[str, int]
    real: bool
    wrong: bool


@dataclass(frozen=True)
class OwnTrials:
    """The trials that one condition's estimates rest on, arrays of shape (trials,).

    Args:
        raters: Who judged.
        images: Which image.
        real: Whether it is real.
        wrong: 1 where the judgement is wrong, else 0.
        weights: What a trial counts in a rate over both kinds: a real image that a rater's k conditions share
            counts 1/k in each.
    """

    raters: Ints
    images: Ints
    real: npt.NDArray[np.bool_]
    wrong: Floats
    weights: Floats

    def where(self, kept: npt.NDArray[np.bool_]) -> OwnTrials:
        """Some of them."""
        return OwnTrials(
            raters=self.raters[kept],
            images=self.images[kept],
            real=self.real[kept],
            wrong=self.wrong[kept],
            weights=self.weights[kept],
        )

    def of_raters_with_both(self) -> OwnTrials:
        """Those of raters who judged real and generated images."""
        both = np.intersect1d(self.raters[self.real], self.raters[~self.real])
        return self.where(np.isin(self.raters, both))


@dataclass(frozen=True)
class Judgements:
    """One entry a trial, arrays of shape (trials,).

    Args:
        names: The conditions.
        raters: Number of the rater.
        conditions: Number of the condition, `SHARED` for a real image beside all conditions of its rater.
        images: Number of the image; an image has one number wherever it is shown.
        real: Whether it is real.
        wrong: 1 where the judgement is wrong, else 0.
    """

    names: tuple[str, ...]
    raters: Ints
    conditions: Ints
    images: Ints
    real: npt.NDArray[np.bool_]
    wrong: Floats

    @cached_property
    def own(self) -> dict[str, OwnTrials]:
        """The trials of every condition, by its name."""
        return {name: self.of(name) for name in self.names}

    def of(self, name: str) -> OwnTrials:
        """The trials of a condition, its raters' shared real images among them."""
        own = self.conditions == self.names.index(name)
        seen = np.unique(self.raters[own & ~self.real])
        beside = np.unique(self.raters[own & self.real])
        kept = own | ((self.conditions == SHARED) & np.isin(self.raters, seen))
        raters = self.raters[kept]
        shared = self.real[kept] & ~np.isin(raters, beside)
        weights = np.where(shared, 1 / self._conditions_seen[raters], 1.0)
        return OwnTrials(raters, self.images[kept], self.real[kept], self.wrong[kept], weights)

    @cached_property
    def _conditions_seen(self) -> Floats:
        """How many conditions each rater judged generated images of, at least 1."""
        generated = ~self.real
        pairs = np.unique(np.column_stack([self.raters[generated], self.conditions[generated]]), axis=0)
        counts = np.bincount(pairs[:, 0], minlength=int(self.raters.max(initial=0)) + 1)
        return np.maximum(counts, 1).astype(np.float64)


@dataclass
class JudgementCounter:
    """Takes in judgements one by one; millions of them fit into memory as numbers."""

    raters: dict[str, int] = field(default_factory=dict)
    conditions: dict[str, int] = field(default_factory=dict)
    images: dict[tuple[str, int], int] = field(default_factory=dict)
    rows: array[int] = field(default_factory=lambda: array("q"))

    def add_all(self, judgements: Iterable[Judgement]) -> Self:
        """Take in judgements, read once."""
        for rater, beside, image, real, wrong in judgements:
            self.rows.extend(
                (
                    self.raters.setdefault(rater, len(self.raters)),
                    SHARED if beside is None else self.conditions.setdefault(beside, len(self.conditions)),
                    self.images.setdefault(image, len(self.images)),
                    real,
                    wrong,
                )
            )
        return self

    def judgements(self) -> Judgements:
        """All of them as arrays."""
        table = np.array(self.rows, dtype=np.int64).reshape(-1, 5)
        raters, conditions, images, real, wrong = table.T
        return Judgements(
            tuple(self.conditions), raters, conditions, images, real.astype(bool), wrong.astype(np.float64)
        )
