"""Counts of images in bins: whether two sets fill each bin alike."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from metrics.statistics.class_scores import jensen_shannon


def proportion_scores(one: Float[Tensor, " k"], other: Float[Tensor, " k"]) -> Float[Tensor, " k"]:
    """The z of the two-proportion test for each bin, with the pooled variance; 0 for a bin empty in both.

    Args:
        one: counts of the first set (k,); their sum is its size.
        other: counts of the second set (k,).

    Source: Richardson and Weiss 2018, section 2; checked by hand.
    """
    one, other = one.double(), other.double()
    n_one, n_other = one.sum(), other.sum()
    pooled = (one + other) / (n_one + n_other)
    error = (pooled * (1 - pooled) * (1 / n_one + 1 / n_other)).sqrt()
    difference = one / n_one - other / n_other
    return torch.where(error > 0, difference / error.clamp(min=1e-300), 0.0)


def differing_bins(
    one: Float[Tensor, " k"], other: Float[Tensor, " k"], critical: float
) -> Bool[Tensor, " k"]:
    """Which bins hold significantly different shares: |z| above the critical value.

    Args:
        one: counts of one set in the bins (k,).
        other: counts of the other.
        critical: the least |z| that is significant, such as 1.96.
    """
    return proportion_scores(one, other).abs() > critical


def share_divergence(one: Float[Tensor, " k"], other: Float[Tensor, " k"]) -> float:
    """Jensen-Shannon divergence in nats, from 0 to log 2, between the shares of two sets in the bins.

    Args:
        one: counts of one set in the bins (k,), not all 0.
        other: counts of the other.
    """
    one, other = one.double(), other.double()
    return float(jensen_shannon(one / one.sum(), other / other.sum()))
