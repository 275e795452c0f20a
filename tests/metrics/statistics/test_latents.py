from __future__ import annotations

import math

import pytest
import torch

from metrics.errors import InvalidSettingError, MissingEvidenceError
from metrics.statistics.latents import latent_space, spherical
from tests.support.metric_world import ToyGenerator


def test_the_great_circle_by_hand():
    one, other = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 4.0]])
    middle = spherical(one, other, torch.tensor([[0.5]]))
    assert middle[0].tolist() == pytest.approx([3 / math.sqrt(2)] * 2)
    assert torch.allclose(spherical(one, other, torch.zeros(1, 1)), one)
    assert torch.allclose(spherical(one, other, torch.ones(1, 1)), other, atol=1e-6)


def test_there_is_no_way_between_a_latent_and_itself():
    one = torch.tensor([[3.0, 4.0]])
    assert torch.allclose(spherical(one, one, torch.tensor([[0.3]])), one)


def test_only_style_generators_have_styles():
    with pytest.raises(MissingEvidenceError, match="give the space z"):
        latent_space(ToyGenerator(), "w")
    with pytest.raises(InvalidSettingError):
        latent_space(ToyGenerator(), "x")
