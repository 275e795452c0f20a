from __future__ import annotations

import pytest
import torch

from metrics.statistics.inversion import invert


def test_a_linear_map_is_inverted_as_least_squares_does(lcg):
    weights, targets = lcg(1, 3, 8), lcg(2, 5, 8)
    found = invert(lambda latents: latents @ weights, targets, lcg(3, 2, 5, 3), steps=600, learning_rate=0.1)
    exact = torch.linalg.lstsq(weights.T, targets.T)
    residuals = (exact.solution.T @ weights - targets).square().mean(dim=1)
    assert found.errors.tolist() == pytest.approx(residuals.tolist(), rel=1e-3)
    assert torch.allclose(found.latents, exact.solution.T, atol=0.02)


def test_the_best_of_several_starts_is_kept():
    def make(latents: torch.Tensor) -> torch.Tensor:
        return latents**4 - latents**2  # minima of -1/4 at ±sqrt(1/2), a trap at 0

    targets, starts = torch.full((1, 1), -0.25), torch.tensor([[[0.0]], [[0.9]]])
    found = invert(make, targets, starts, steps=100, learning_rate=0.05)
    assert found.by_start.flatten().tolist() == pytest.approx([1 / 16, 0], abs=1e-4)
    assert float(found.errors) == pytest.approx(0, abs=1e-4)
    assert float(invert(make, targets, starts[:1], steps=100, learning_rate=0.05).errors) == pytest.approx(
        1 / 16
    )


def test_without_a_step_the_start_is_measured():
    found = invert(lambda z: z, torch.zeros(1, 1), torch.ones(1, 1, 1), steps=0, learning_rate=0.1)
    assert float(found.errors) == 1
