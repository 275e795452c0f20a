"""The losses of LSGAN, SNGAN, InfoGAN, EBGAN and BEGAN against closed forms."""

import math

import pytest
import torch

from ganmodels.losses.energy import absolute_error, margin_loss, pulling_away, reconstruction_energy
from ganmodels.losses.equilibrium import convergence, halve_when_stalled, next_balance
from ganmodels.losses.hinge import discriminator_hinge
from ganmodels.losses.information import categorical_information, continuous_information
from ganmodels.losses.least_squares import discriminator_least_squares, generator_least_squares

REAL_SHARES, GENERATED_SHARES = (8, 2), (3, 7)


def _optimal(a: float, b: float) -> tuple[torch.Tensor, torch.Tensor]:
    """D*(x) = (b p_r + a p_g) / (p_r + p_g), on ten real and ten generated points of two kinds."""
    best = [(b * r + a * g) / (r + g) for r, g in zip(REAL_SHARES, GENERATED_SHARES, strict=True)]
    return (
        torch.tensor([best[0]] * REAL_SHARES[0] + [best[1]] * REAL_SHARES[1], requires_grad=True),
        torch.tensor([best[0]] * GENERATED_SHARES[0] + [best[1]] * GENERATED_SHARES[1], requires_grad=True),
    )


@pytest.mark.parametrize(("a", "b"), [(0.0, 1.0), (-1.0, 1.0)])
def test_least_squares_are_least_at_the_papers_optimum(a: float, b: float) -> None:
    real, generated = _optimal(a, b)
    loss = discriminator_least_squares(real, generated, a=a, b=b)
    on_real, on_generated = torch.autograd.grad(loss, (real, generated))
    for real_rows, generated_rows in ((slice(0, 8), slice(0, 3)), (slice(8, 10), slice(3, 10))):
        total = on_real[real_rows].sum() + on_generated[generated_rows].sum()
        assert total.item() == pytest.approx(0, abs=1e-6)


def test_with_minus_one_one_zero_both_sides_together_measure_pearsons_chi_square() -> None:
    """½ ∫ (p_r + p_g) (D* − c)² = ½ · ½ χ²(p_r + p_g ‖ 2 p_g) · 2, the paper's equation 8."""
    real, generated = _optimal(-1.0, 1.0)
    both = generator_least_squares(real, c=0.0) + generator_least_squares(generated, c=0.0)
    shares = [(r / 10, g / 10) for r, g in zip(REAL_SHARES, GENERATED_SHARES, strict=True)]
    chi_square = sum((2 * g - (r + g)) ** 2 / (r + g) for r, g in shares)
    assert 2 * both.item() == pytest.approx(chi_square, rel=1e-5)


def test_hinge_is_content_beyond_its_margin() -> None:
    assert discriminator_hinge(torch.tensor([1.0, 5.0]), torch.tensor([-1.0, -9.0])).item() == 0
    assert discriminator_hinge(torch.zeros(3), torch.zeros(3)).item() == 2
    assert discriminator_hinge(torch.tensor([-2.0]), torch.tensor([3.0])).item() == 7


def test_categorical_information_is_all_or_nothing() -> None:
    chosen = torch.eye(4)
    assert categorical_information(50 * chosen, chosen).item() == pytest.approx(math.log(4), abs=1e-5)
    assert categorical_information(torch.zeros(4, 4), chosen).item() == pytest.approx(0, abs=1e-6)


def test_continuous_information_of_an_exact_reader_grows_with_its_confidence() -> None:
    codes = torch.linspace(-1, 1, 101).view(-1, 1)
    confident = continuous_information(codes, torch.full_like(codes, math.log(0.1)), codes)
    assert confident.item() == pytest.approx(math.log(2 / (0.1 * math.sqrt(2 * math.pi))), abs=1e-5)
    blind = continuous_information(torch.zeros_like(codes), torch.full_like(codes, -0.55), codes)
    assert blind.item() <= 0


def test_energy_is_the_distance_of_an_image_to_its_reconstruction() -> None:
    images = torch.zeros(2, 1, 3, 4)
    decoded = torch.stack([torch.zeros(1, 3, 4), torch.full((1, 3, 4), 0.5)])
    energies = reconstruction_energy(decoded, images)
    torch.testing.assert_close(energies, torch.tensor([0.0, 0.5 * 12**0.5]))
    assert absolute_error(decoded, images).item() == 0.25


def test_generated_images_beyond_the_margin_are_left_alone() -> None:
    generated = torch.tensor([4.0, 12.0], requires_grad=True)
    loss = margin_loss(torch.tensor([1.0, 3.0]), generated, margin=10.0)
    (slope,) = torch.autograd.grad(loss, generated)
    assert loss.item() == 2 + 3
    assert slope.tolist() == [-0.5, 0.0]


def test_pulling_away_is_one_when_all_codes_point_one_way_and_nothing_when_none_do() -> None:
    assert pulling_away(torch.tensor([[1.0, 0], [3.0, 0], [-2.0, 0]])).item() == pytest.approx(1)
    assert pulling_away(torch.eye(5) * 7).item() == pytest.approx(0)
    half = torch.tensor([[1.0, 0], [1.0, 1.0]])
    assert pulling_away(half).item() == pytest.approx(0.5)


def test_the_balance_follows_the_ratio_and_stays_within_its_bounds() -> None:
    numbers = {"diversity_ratio": 0.5, "gain": 0.1}
    assert next_balance(0.2, real=1.0, generated=0.5, **numbers) == 0.2
    assert next_balance(0.2, real=2.0, generated=0.5, **numbers) == pytest.approx(0.25)
    assert next_balance(0.0, real=0.0, generated=9.0, **numbers) == 0.0
    assert next_balance(1.0, real=9.0, generated=0.0, **numbers) == 1.0
    assert convergence(1.0, 0.2, diversity_ratio=0.5) == pytest.approx(1.3)


def test_a_rate_is_halved_after_so_many_steps_without_a_best() -> None:
    memory = {"smooth": 0.0, "best": 0.0, "waited": 0.0, "rate": 1.0}
    rates = []
    for measure in (1.0, 0.5, 0.9, 2.0, 2.0, 2.0, 2.0, 2.0):
        memory = halve_when_stalled(memory, measure, patience=3)
        rates.append(memory["rate"])
    assert rates == [1, 1, 1, 1, 1, 0.5, 0.5, 0.5]
    assert halve_when_stalled({**memory, "waited": 99.0}, 9.0, patience=0)["rate"] == 0.5
