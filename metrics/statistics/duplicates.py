"""Pairs of nearly equal images in one set, and how large a support so many pairs speak for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from scipy import stats
from torch import Tensor

from metrics.evidence.kinds import Features
from metrics.statistics.balls import count_holding
from metrics.statistics.distances import pair_distances
from metrics.statistics.neighbours import neighbour_table, shared_pairs
from metrics.statistics.resampling import CONFIDENCE, Interval

BLOCK_ROWS = 1024


@dataclass(frozen=True)
class ClosePairs:
    """Pairs of rows, nearest first: indices `first` < `second` (p,) and Euclidean distances (p,)."""

    first: Int[Tensor, " p"]
    second: Int[Tensor, " p"]
    distances: Float[Tensor, " p"]


def nearest_pairs(features: Features, pairs: int) -> ClosePairs:
    """The nearest pairs of different images.

    Among the 2 · pairs images with the nearest neighbours are both images of any such pair: each image has
    its nearest neighbour at no greater distance, and each pair takes up two.

    Args:
        features: (n, d).
        pairs: how many are wanted; fewer are given where there are fewer.

    Raises:
        TooFewSamplesError: fewer than two images.

    Source: Arora and Zhang 2017, section 3; checked against scipy's pdist.
    """
    table = neighbour_table(features, features, 1)
    rows = table.distances[:, 0].argsort(stable=True)[: 2 * pairs]
    rows = torch.cat([rows, table.indices[rows, 0]]).unique()
    found = _empty()
    spare = pairs + 16  # float64 products order the pairs but for the last digits; differences settle those
    for start, squared in _upper_blocks(features.values[rows]):
        best = squared.flatten().topk(min(spare, squared.numel()), largest=False)
        positions = best.indices[best.values < math.inf]
        first = torch.cat([found.first, rows[positions // squared.shape[1] + start]])
        second = torch.cat([found.second, rows[positions % squared.shape[1] + start]])
        found = _nearest_of(features.values, first, second, spare)
    return ClosePairs(found.first[:pairs], found.second[:pairs], found.distances[:pairs])


def count_pairs_within(features: Features, radius: float) -> int:
    """Number of pairs of different images at most `radius` apart, counted exactly.

    Args:
        features: (n, d).
        radius: in units of the features, at least 0.
    """
    balls = torch.full((features.count,), radius, dtype=torch.float64)
    inside = count_holding(shared_pairs(features, features), balls, closed=True)
    return (int(inside.sum()) - features.count) // 2  # each pair twice, and each image in its own ball


def support_size(pairs: int, images: int) -> float:
    """Size of the uniform support under which so many pairs of images are expected to be the same.

    n images make n (n - 1)/2 pairs, each the same with probability 1/size. Where no pair is, it is the size
    at which none and some are equally likely, with about 1.18 √size images: the birthday paradox.

    Args:
        pairs: number of pairs that are the same.
        images: number of images n.
    """
    return images * (images - 1) / 2 / (pairs or math.log(2))


def support_interval(pairs: int, images: int) -> Interval:
    """Interval of the support size by the Poisson limits of the number of pairs; open if there is none.

    Args:
        pairs: number of pairs that are the same.
        images: number of images n.

    Source: Garwood 1936.
    """
    tail = (1 - CONFIDENCE) / 2
    most = float(stats.chi2.isf(tail, 2 * pairs + 2)) / 2
    least = float(stats.chi2.ppf(tail, 2 * pairs)) / 2 if pairs else 0.0
    all_pairs = images * (images - 1) / 2
    return all_pairs / most, all_pairs / least if pairs else math.inf


def _empty() -> ClosePairs:
    nothing = torch.zeros(0, dtype=torch.int64)
    return ClosePairs(nothing, nothing, torch.zeros(0, dtype=torch.float64))


def _upper_blocks(values: Float[Tensor, "n d"]) -> Iterator[tuple[int, Float[Tensor, "b c"]]]:
    """First row of a block, and squared distances from the block to that row on; infinite to no later row."""
    centred = values.double() - values.double().mean(dim=0)
    norms = centred.square().sum(dim=1)

    for start in range(0, len(values), BLOCK_ROWS):
        rows = centred[start : start + BLOCK_ROWS]
        own = norms[start : start + BLOCK_ROWS, None]
        squared = own - 2 * (rows @ centred[start:].T) + norms[start:]
        later = torch.arange(len(values) - start) > torch.arange(len(rows))[:, None]
        yield start, squared.masked_fill_(~later, math.inf)


def _nearest_of(
    values: Float[Tensor, "n d"], first: Int[Tensor, " p"], second: Int[Tensor, " p"], most: int
) -> ClosePairs:
    distances = pair_distances(values, first, values, second)
    order = distances.argsort(stable=True)[:most]
    return ClosePairs(first[order], second[order], distances[order])
