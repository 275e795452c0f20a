"""The exponential of the mutual information between images and predicted classes."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import TooFewSamplesError
from metrics.statistics.chance import random_state


def class_information_scores(
    probabilities: Float[Tensor, "n k"], *, splits: int, seed: int | None
) -> Float[Tensor, " splits"]:
    """exp(mean KL(p(y|x) || p(y))) of each of `splits` parts, in float64; each lies in [1, k].

    Args:
        probabilities: class probabilities (n, k), rows sum to 1.
        splits: number of parts, at most n.
        seed: fixes the order in which rows are dealt to the parts; None keeps the given order, which
            makes the score of sorted files wrong.

    Raises:
        TooFewSamplesError: fewer rows than parts.

    Source: Salimans et al. 2016, section 4; checked against torch-fidelity.
    """
    count = len(probabilities)
    if not 1 <= splits <= count:
        raise TooFewSamplesError(
            f"{count} images can't be split into {splits} parts; give at least {splits} or set splits to 1."
        )
    rows = probabilities.double()
    if seed is not None:
        rows = rows[torch.from_numpy(random_state(seed).permutation(count))]
    parts = [rows[index * count // splits : (index + 1) * count // splits] for index in range(splits)]
    return torch.stack([_score(part) for part in parts])


def _score(part: Float[Tensor, "n k"]) -> Tensor:
    marginal = part.mean(dim=0)
    # xlogy makes 0 log 0 zero, as the limit is.
    divergences = torch.xlogy(part, part).sum(dim=1) - torch.xlogy(part, marginal).sum(dim=1)
    return divergences.mean().exp()
