from __future__ import annotations

import pytest
import torch

from metrics import open_images
from metrics.errors import InvalidEvidenceError, MissingEvidenceError, TooFewSamplesError
from metrics.images.matching import targets_for, unit_images
from tests.support.metric_world import ToyGenerator


class Grey(ToyGenerator):
    image_shape = (1, 16, 16)


def _pictures(count: int, side: int = 16) -> torch.Tensor:
    return torch.arange(count * 3 * side * side).remainder(256).to(torch.uint8).reshape(count, 3, side, side)


def test_targets_are_the_images_from_zero_to_one():
    pictures = _pictures(5)
    found = targets_for(ToyGenerator(), open_images(pictures), limit=3, seed=0)
    assert found.shape == (3, 3, 16, 16)
    assert all(any(torch.equal(one, picture / 255) for picture in pictures) for one in found)


def test_a_grey_generator_is_given_the_mean_of_the_channels():
    found = targets_for(Grey(), open_images(_pictures(2)), limit=2, seed=0)
    assert found.shape == (2, 1, 16, 16)
    assert float(found.mean()) == pytest.approx(float(_pictures(2).float().mean()) / 255)


def test_generated_images_have_the_same_scale():
    latents = ToyGenerator().sample_latent(3, 0)
    found = unit_images(ToyGenerator(), latents)
    assert torch.allclose(255 * found, 127.5 * (ToyGenerator().images(latents) + 1))


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(InvalidEvidenceError, match="8 × 8 pixels, but the generator makes 16 × 16"):
        targets_for(ToyGenerator(), open_images(_pictures(2, 8)), limit=2, seed=0)
    with pytest.raises(TooFewSamplesError):
        targets_for(ToyGenerator(), open_images(_pictures(2)), limit=1, seed=0)

    class Frozen(ToyGenerator):
        def images(self, latents: torch.Tensor) -> torch.Tensor:
            return super().images(latents.detach())

    with pytest.raises(MissingEvidenceError, match="can't be differentiated"):
        unit_images(Frozen(), Frozen().sample_latent(2, 0).requires_grad_())
