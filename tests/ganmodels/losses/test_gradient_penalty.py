"""The penalty against critics whose gradient is known."""

import pytest
import torch

from ganmodels.losses.gradient_penalty import gradient_penalty, interpolates

REAL = torch.arange(24.0).view(2, 3, 2, 2)
GENERATED = -REAL
MIX = torch.tensor([0.25, 1.0])


def test_interpolates_lie_between_each_pair() -> None:
    points = interpolates(REAL, GENERATED, MIX)
    torch.testing.assert_close(points[0], -0.5 * REAL[0])
    torch.testing.assert_close(points[1], REAL[1])


@pytest.mark.parametrize("slope", [0.0, 1.0, 3.5])
def test_linear_critic(slope: float) -> None:
    direction = torch.ones(3, 2, 2) / 12**0.5
    penalty = gradient_penalty(lambda x: (x * slope * direction).flatten(1).sum(1), REAL, GENERATED, MIX)
    assert penalty.item() == pytest.approx((slope - 1) ** 2, abs=1e-5)


def test_it_looks_at_the_interpolates_and_at_each_image_by_itself() -> None:
    """critic(x) = ‖x‖²/2 has the gradient x."""
    penalty = gradient_penalty(lambda x: x.flatten(1).square().sum(1) / 2, REAL, GENERATED, MIX)
    norms = interpolates(REAL, GENERATED, MIX).flatten(1).norm(dim=1)
    assert penalty.item() == pytest.approx((norms - 1).square().mean().item(), rel=1e-5)


def test_it_can_be_lowered_by_the_critics_weights_and_not_by_the_generator() -> None:
    """Of a critic that bends: a linear one has the same slope wherever images lie."""
    weight = torch.full((3, 2, 2), 2.0, requires_grad=True)
    generated = GENERATED.clone().requires_grad_(True)
    gradient_penalty(lambda x: (x.square() * weight).flatten(1).sum(1), REAL, generated, MIX).backward()
    assert weight.grad is not None
    assert weight.grad.min() > 0
    assert generated.grad is None
