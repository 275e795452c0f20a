"""Deception rates: shares judged wrongly, per rater, then as the mean over raters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from evalsite.tasks.analysis.bootstrap import Floats


class Judgement(NamedTuple):
    """One image judged real or generated.

    Args:
        rater: Who judged.
        condition: The image's condition; of a real image the condition whose trials it belongs to, or None if it
            stands against all of the rater's conditions.
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
        """Trials of each condition, its real ones included, of raters who saw both; shape (conditions,)."""
        seen = (self.generated > 0) & (self.real > 0)
        return np.asarray(((self.generated + self.real) * seen).sum(axis=0))


def tally(judgements: Iterable[Judgement]) -> Tally:
    """Counts from judgements; conditions and raters in order of appearance."""
    raters: dict[str, int] = {}
    conditions: dict[str | None, int] = {}
    counts: dict[tuple[int, int, bool, bool], int] = {}
    for judged in judgements:
        rater = raters.setdefault(judged.rater, len(raters))
        condition = conditions.setdefault(judged.condition, len(conditions))
        key = (rater, condition, judged.real, judged.wrong)
        counts[key] = counts.get(key, 0) + 1
    table = np.zeros((len(raters), len(conditions), 2, 2))
    for (rater, condition, real, wrong), count in counts.items():
        table[rater, condition, int(real), int(wrong)] = count
    shared = (
        table[:, [conditions[None]]].sum(axis=1, keepdims=True)
        if None in conditions
        else np.zeros((len(raters), 1, 2, 2))
    )
    return _split(
        tuple(c for c in conditions if c is not None),
        table[:, [i for c, i in conditions.items() if c is not None]],
        shared,
    )


def _split(conditions: tuple[str, ...], own: Floats, shared: Floats) -> Tally:
    """Add each rater's shared real images to every condition that the rater saw."""
    generated = own[:, :, 0].sum(axis=-1)
    seen = generated > 0
    real = own[:, :, 1] + shared[:, :, 1] * seen[:, :, None]
    sharing = np.maximum(seen.sum(axis=1, keepdims=True), 1)
    share = np.where(shared[:, :, 1].sum(axis=-1) > 0, 1 / sharing, 1.0) * np.ones_like(generated)
    return Tally(conditions, generated, own[:, :, 0, 1], real.sum(axis=-1), real[:, :, 1], share)


def deception_rates(counts: Tally) -> dict[str, Floats]:
    """Each rater's share judged wrongly, shape (raters, conditions), NaN where a rater has no such trials.

    ``deception_rate_generated`` and ``deception_rate_real`` are over generated and real images. ``deception_rate`` is
    over both, weighted by trials; a real image that a rater's k conditions share counts 1/k in each, so that an evenly
    planned rate is half generated, half real, whether raters see one condition or all. Guessing gives 0.5.

    Source: Zhou et al. 2019 (arXiv:1904.01121), HYPE-infinity; Stein et al. 2023 (arXiv:2306.04675), human study.
    """
    wrong = counts.generated_wrong + counts.real_share * counts.real_wrong
    judged = counts.generated + counts.real_share * counts.real
    return {
        "deception_rate": _ratio(wrong, judged, where=(counts.generated > 0) & (counts.real > 0)),
        "deception_rate_generated": _ratio(
            counts.generated_wrong, counts.generated, where=counts.generated > 0
        ),
        "deception_rate_real": _ratio(counts.real_wrong, counts.real, where=counts.real > 0),
    }


def _ratio(part: Floats, whole: Floats, *, where: npt.NDArray[np.bool_]) -> Floats:
    return np.divide(part, whole, out=np.full_like(whole, np.nan), where=where)
