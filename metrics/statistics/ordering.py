"""Chance that depends on what the rows hold and on the seed, not on the order in which files were read."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor

from metrics.evidence.kinds import Features
from metrics.statistics.chance import random_state
from metrics.statistics.sharing import remembered

BLOCK_ROWS = 4096


def torch_generator(seed: int) -> torch.Generator:
    """A torch generator for a seed of any size.

    Args:
        seed: from 0.

    Raises:
        InvalidSettingError: the seed is negative.
    """
    return torch.Generator().manual_seed(int(random_state(seed).randint(2**31)))


def seeded_order(values: Float[Tensor, "n d"], seed: int) -> Int[Tensor, " n"]:
    """A random order of the rows that is the same however the rows were ordered before.

    Rows are first sorted by their projection on one random direction, then permuted, so that a subset, a
    split or a start drawn from the result is a function of the set and the seed.

    Args:
        values: rows (n, d).
        seed: fixes the permutation.

    Returns:
        Indices into `values` (n,): `values[seeded_order(values, seed)]` is the shuffled set.
    """
    direction = torch.randn(values.shape[1], generator=torch_generator(0), dtype=torch.float64)
    keys = torch.cat([block.double() @ direction for block in torch.split(values, BLOCK_ROWS)])
    permutation = torch.from_numpy(random_state(seed).permutation(len(values)))
    return torch.argsort(keys, stable=True)[permutation]


def shuffled(values: Float[Tensor, "n d"], seed: int, *, limit: int | None = None) -> Float[Tensor, "m d"]:
    """The rows in their seeded order, at most `limit` of them.

    Args:
        values: rows (n, d).
        seed: fixes the order, and with it which rows are left out.
        limit: largest number of rows wanted; None keeps all.
    """
    return values[seeded_order(values, seed)[:limit]]


def rows_used(features: Features, limit: int, seed: int) -> Int[Tensor, " m"]:
    """Which rows `at_most` keeps, in its order: indices (m,).

    Args:
        features: (n, d).
        limit: largest number of rows wanted.
        seed: fixes which are left out.
    """
    if features.count <= limit:
        return torch.arange(features.count)
    return seeded_order(features.values, seed)[:limit]


def at_most(features: Features, limit: int, seed: int) -> Features:
    """The evidence itself if it has no more rows than the limit, else as many in their seeded order.

    What others have computed of the same evidence can be used again then (`metrics.statistics.sharing`).

    Args:
        features: (n, d).
        limit: largest number of rows wanted.
        seed: fixes which are left out.
    """
    if features.count <= limit:
        return features

    def make() -> Features:
        return Features(features.values[rows_used(features, limit, seed)], features.provenance)

    return remembered(features, features, ("at most", limit, seed), make)
