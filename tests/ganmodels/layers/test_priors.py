"""Priors made of normal numbers have the distribution that they claim."""

import torch

from ganmodels.layers.priors import CodePrior, UniformPrior

NORMAL = torch.randn(20_000, 6, generator=torch.Generator().manual_seed(0))


def test_uniform_fills_minus_one_to_one_evenly() -> None:
    uniform = UniformPrior()(NORMAL)
    shares = torch.histc(uniform, bins=10, min=-1, max=1) / uniform.numel()
    torch.testing.assert_close(shares, torch.full((10,), 0.1), atol=0.01, rtol=0)
    assert uniform.abs().max() <= 1


def test_each_category_is_equally_likely_and_noise_is_left_alone() -> None:
    continuous, chosen = CodePrior(1, 4).codes(NORMAL)
    assert chosen.sum(1).unique().tolist() == [1.0]
    torch.testing.assert_close(chosen.mean(0), torch.full((4,), 0.25), atol=0.02, rtol=0)
    torch.testing.assert_close(continuous.std(), torch.tensor(3**-0.5), atol=0.01, rtol=0)
    mapped = CodePrior(1, 4)(NORMAL)
    assert torch.equal(mapped, torch.cat([continuous, chosen, NORMAL[:, 5:]], dim=1))


def test_either_kind_of_code_may_be_missing() -> None:
    assert torch.equal(CodePrior(0, 0)(NORMAL), NORMAL)
    assert torch.equal(CodePrior(2, 0)(NORMAL)[:, :2], UniformPrior()(NORMAL)[:, :2])
