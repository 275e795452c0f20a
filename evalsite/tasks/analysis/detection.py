"""Counts of images judged real or generated: what deception rates and signal detection are computed from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from evalsite.tasks.analysis.bootstrap import Floats


class Judgement(NamedTuple):
    """One image judged real or generated.

    Args:
        rater: Who judged.
        condition: The image's condition; of a real image the condition whose trials it belongs to, or None
            if it stands against all of the rater's conditions.
        real: Whether the image is real.
        wrong: Whether the judgement is wrong.
    """

    rater: str
    condition: str | None
    real: bool
    wrong: bool


@dataclass(frozen=True)
class Tally:
    """Counts per rater and condition, all of shape (raters, conditions).

    Args:
        conditions: Names of the columns.
        generated: Generated images judged.
        generated_wrong: Those taken for real.
        real: Real images judged beside that condition's.
        real_wrong: Those taken for generated.
        real_share: Weight of a real image in the rate over both: 1 over the rater's conditions that share it.
    """

    conditions: tuple[str, ...]
    generated: Floats
    generated_wrong: Floats
    real: Floats
    real_wrong: Floats
    real_share: Floats

    @property
    def trials(self) -> Floats:
        """Trials of each rater and condition, real ones included, 0 where the rater lacks either kind."""
        return (self.generated + self.real) * ((self.generated > 0) & (self.real > 0))


def tally(judgements: Counter[Judgement]) -> Tally:
    """The judgements as arrays; conditions and raters in order of appearance."""
    raters = {rater: i for i, rater in enumerate(dict.fromkeys(j.rater for j in judgements))}
    named = dict.fromkeys([None, *(j.condition for j in judgements)])
    conditions = {condition: i for i, condition in enumerate(named)}
    table = np.zeros((len(raters), len(conditions), 2, 2))
    for j, times in judgements.items():
        table[raters[j.rater], conditions[j.condition], int(j.real), int(j.wrong)] = times
    names = tuple(condition for condition in conditions if condition is not None)
    return _share_real(names, table[:, 1:], table[:, :1])


def _share_real(conditions: tuple[str, ...], own: Floats, shared: Floats) -> Tally:
    """Set each rater's shared real images beside every condition that the rater saw.

    Both tables have the axes rater, condition, real (0 or 1), wrong (0 or 1).
    """
    generated = own[:, :, 0].sum(axis=-1)
    seen = generated > 0
    real = own[:, :, 1] + shared[:, :, 1] * seen[:, :, None]
    share = np.where(own[:, :, 1].sum(axis=-1) > 0, 1.0, 1 / np.maximum(seen.sum(axis=1, keepdims=True), 1))
    return Tally(conditions, generated, own[:, :, 0, 1], real.sum(axis=-1), real[:, :, 1], share)
