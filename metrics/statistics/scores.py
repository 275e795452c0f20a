"""The exponential of the mutual information between images and predicted classes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import TooFewSamplesError
from metrics.statistics.chance import random_state
from metrics.statistics.resampling import standard_error


@dataclass(frozen=True)
class ClassScores:
    """exp(mean KL(p(y|x) || p(y))) of each part (s,), and the standard error of their mean."""

    parts: Float[Tensor, " s"]
    error: float


def class_information_scores(
    probabilities: Float[Tensor, "n k"], *, splits: int, seed: int | None, split_size: int = 0
) -> ClassScores:
    """Scores of parts of a set, in float64; each lies in [1, k].

    Args:
        probabilities: class probabilities (n, k), rows sum to 1.
        splits: number of equal parts, at most n.
        seed: fixes the order in which rows are dealt to the parts; None keeps the given order, which
            makes the score of sorted files wrong.
        split_size: rows in a part instead of a number of parts; the last part takes what is left.

    Raises:
        TooFewSamplesError: fewer rows than parts.

    Source: Salimans et al. 2016, section 4; checked against torch-fidelity.
    """
    count = len(probabilities)
    bounds = _bounds(count, splits, split_size)
    rows = probabilities.double()
    if seed is not None:
        rows = rows[torch.from_numpy(random_state(seed).permutation(count))]
    divergences = [_divergences(rows[start:stop]) for start, stop in pairwise(bounds)]
    scores = torch.stack([part.mean().exp() for part in divergences])
    # To first order, the marginal's own error is no part of the score's: its divergence is stationary there.
    errors = torch.tensor([standard_error(part) for part in divergences]) * scores
    return ClassScores(scores, math.sqrt(float(errors.square().sum())) / len(scores))


def _bounds(count: int, splits: int, split_size: int) -> list[int]:
    if split_size:
        return [*range(0, count, split_size), count]
    if not 1 <= splits <= count:
        raise TooFewSamplesError(
            f"{count} images can't be split into {splits} parts; give at least {splits} or set splits to 1."
        )
    return [index * count // splits for index in range(splits + 1)]


def _divergences(part: Float[Tensor, "n k"]) -> Float[Tensor, " n"]:
    """KL(p(y|x) || p(y)) of each row."""
    marginal = part.mean(dim=0)
    # xlogy makes 0 log 0 zero, as the limit is.
    divergences: Tensor = torch.xlogy(part, part).sum(dim=1) - torch.xlogy(part, marginal).sum(dim=1)
    return divergences
