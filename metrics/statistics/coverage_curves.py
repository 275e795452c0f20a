"""How far a curve of shares against probabilities lies from the diagonal."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor


def closeness_to_diagonal(
    values: Float[Tensor, " n"], quantiles_of: Float[Tensor, " m"], counted: Float[Tensor, " n"]
) -> float:
    """1 - 2 ∫ |a - P(a)| da, P(a) being the share of values up to the a-quantile of other numbers.

    The integral is taken over every a that the other numbers attain, 1/m to 1.

    Args:
        values: (n,).
        quantiles_of: (m,) numbers whose quantiles are looked at.
        counted: 1 for each value that counts and 0 for one that does not.

    Returns:
        1 if the curve is the diagonal, 0 if nothing counts.
    """
    edges = quantiles_of.contiguous().sort().values
    order = values.argsort()
    totals = torch.cat([counted.new_zeros(1), counted[order].cumsum(0)]) / len(values)
    shares = totals[torch.searchsorted(values[order], edges, right=True)]
    attained = torch.searchsorted(edges, edges, right=True).double() / len(edges)
    # The mean of 1/m … 1 is a little above a half.
    return max(0.0, 1 - 2 * float((attained - shares).abs().mean()))
