from __future__ import annotations

import pytest
import torch

from metrics.statistics.balls import within
from metrics.statistics.neighbours import nearest


def test_by_hand_on_a_line():
    points = torch.tensor([[0.0], [1.0], [3.0]], dtype=torch.float64)
    radii = torch.tensor([1.0, 1.0, 2.0], dtype=torch.float64)
    queries = torch.tensor([[1.0], [0.5], [-1.0], [9.0]], dtype=torch.float64)
    assert within(queries, points, radii).tolist() == [3, 2, 1, 0]
    assert within(queries, points, radii, closed=False).tolist() == [1, 2, 0, 0]


@pytest.mark.parametrize("memory_bytes", [2**16, 2**31])
@pytest.mark.parametrize("closed", [True, False])
def test_all_distances_at_once_give_the_same_counts_on_every_edge(lcg, memory_bytes, closed):
    points = 100 + lcg(5, 200, 16)
    points[:30] = points[30:60]
    # Each radius is a distance within the set, so a vector lies exactly on every edge.
    radii = nearest(points, points, k=3, exclude_self=True).distances[:, 2]
    exact = (points[:, None] - points[None]).square().sum(2).sqrt()
    edge = 1e-12 if closed else -1e-12
    expected = (exact <= radii + edge).sum(1)
    counts = within(points, points, radii, closed=closed, memory_bytes=memory_bytes)
    assert torch.equal(counts, expected)
