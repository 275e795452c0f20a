"""How far apart two samples of one number for each image are."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.statistics.class_scores import jensen_shannon

BINS = 20


def kolmogorov_smirnov(one: Float[Tensor, " n"], other: Float[Tensor, " m"]) -> float:
    """Largest difference of the two distribution functions, in [0, 1].

    Args:
        one: numbers (n,).
        other: numbers (m,).

    Source: checked against scipy's ks_2samp.
    """
    one, other = one.contiguous(), other.contiguous()
    places = torch.cat([one, other])
    below = [
        torch.searchsorted(sample.sort().values, places, right=True).double() / len(sample)
        for sample in (one, other)
    ]
    return float((below[0] - below[1]).abs().max())


def binned_divergence(one: Float[Tensor, " n"], other: Float[Tensor, " m"], bins: int = BINS) -> float:
    """Jensen-Shannon divergence in nats, in [0, log 2], of shares in bins that both samples fill alike.

    The bins' borders are quantiles of both samples together, each sample weighing as much as the other.

    Args:
        one: numbers.
        other: numbers.
        bins: how many bins.
    """
    size = min(len(one), len(other))
    pooled = torch.cat([_thinned(one, size), _thinned(other, size)]).sort().values
    borders = pooled[[len(pooled) * step // bins for step in range(1, bins)]].unique()
    shares = [_shares(sample, borders) for sample in (one, other)]
    return float(jensen_shannon(*shares))


def _thinned(values: Float[Tensor, " n"], size: int) -> Float[Tensor, " size"]:
    """Evenly spread quantiles of a sample."""
    places = [(2 * place + 1) * len(values) // (2 * size) for place in range(size)]
    return values.sort().values[places]


def _shares(values: Float[Tensor, " n"], borders: Float[Tensor, " b"]) -> Float[Tensor, " b1"]:
    counts = torch.bincount(
        torch.bucketize(values.contiguous(), borders, right=True), minlength=len(borders) + 1
    )
    return counts.double() / len(values)
