"""How alike the most alike images of two sets are, by the angle between their features."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import InvalidEvidenceError
from metrics.statistics.distances import MEMORY_BYTES

BLOCK_ROWS = 2048


def nearest_cosine_distances(
    queries: Float[Tensor, "n d"], points: Float[Tensor, "m d"], memory_bytes: int = MEMORY_BYTES
) -> Float[Tensor, " kept"]:
    """Smallest 1 - |cos| with any of the points for each query, float64.

    Float32 finds the point; the distance is then |u ∓ v|² / 2 of the unit vectors, which keeps its digits
    where the cosine is nearly 1.

    Args:
        queries: vectors (n, d).
        points: vectors (m, d); zero vectors, which have no angle, are left out of both.
        memory_bytes: what may be used beside the vectors.

    Raises:
        InvalidEvidenceError: a set has only zero vectors.
    """
    queries, points = (side[side.abs().amax(dim=1) > 0] for side in (queries, points))
    if min(len(queries), len(points)) == 0:
        raise InvalidEvidenceError("All features of a set are zero and have no angle; check the extractor.")
    block = max(16, min(BLOCK_ROWS, memory_bytes // (64 * queries.shape[1])))
    found = []
    for rows in queries.split(block):
        unit = torch.nn.functional.normalize(rows.double(), dim=1)
        best = torch.full((len(rows),), -1.0)
        nearest = torch.zeros(len(rows), dtype=torch.int64)
        for start in range(0, len(points), block):
            others = torch.nn.functional.normalize(points[start : start + block].float(), dim=1)
            cosines = (unit.float() @ others.T).abs_().max(dim=1)
            better = cosines.values > best
            best = torch.where(better, cosines.values, best)
            nearest = torch.where(better, cosines.indices + start, nearest)
        chosen = torch.nn.functional.normalize(points[nearest].double(), dim=1)
        sides = torch.stack([unit - chosen, unit + chosen]).square().sum(dim=2)
        found.append(sides.amin(dim=0) / 2)
    return torch.cat(found)
