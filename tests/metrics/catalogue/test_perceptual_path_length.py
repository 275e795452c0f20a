from __future__ import annotations

import pytest
import torch

from metrics import Provenance
from metrics.catalogue.perceptual_path_length import perceptual_path_length
from metrics.errors import InvalidSettingError, MissingEvidenceError, TooFewSamplesError
from tests.support.agreement import agrees
from tests.support.metric_world import ToyEmbedder, ToyGenerator

NAME = "perceptual_path_length"
EMBED = ToyEmbedder(Provenance("lpips_alex", "w", "tf1", "float32", 0))
MAP = 0.3 * torch.linspace(-1, 1, 48, dtype=torch.float64).reshape(4, 12)


class LinearStyles(ToyGenerator):
    """Styles are doubled latents; images are linear in them."""

    def sample_latent(self, count: int, seed: int, *, start: int = 0) -> torch.Tensor:
        return super().sample_latent(count, seed, start=start).double()

    def styles(self, latents: torch.Tensor) -> torch.Tensor:
        return 2 * latents

    def images_of_styles(self, styles: torch.Tensor) -> torch.Tensor:
        return self.images(styles / 4)


@pytest.mark.parametrize("sampling", ["full", "end"])
def test_a_linear_generator_moves_by_the_square_of_its_map(sampling):
    found = perceptual_path_length(LinearStyles(), EMBED, space="w", sampling=sampling, pairs=200, step=1e-3)[
        NAME
    ]
    latents = LinearStyles().sample_latent(400, 0)
    exact = ((latents[200:] - latents[:200]) / 2 @ MAP).square().sum(dim=1)
    kept = exact[(exact >= exact.sort().values[1]) & (exact <= exact.sort().values[-2])]
    agrees(found.value, kept.mean(), against="closed form: a linear generator", rel=1e-3)
    assert found.low < found.value < found.high


def test_great_circles_are_longer_than_their_straight_ends():
    found = perceptual_path_length(LinearStyles(), EMBED, pairs=200, step=1e-3)[NAME]
    latents = LinearStyles().sample_latent(400, 0)
    # |dG|² is at most |G'|² times the squared speed: angle² · length² plus the change of length.
    assert 0 < found.value < float((MAP @ MAP.T).trace()) * 4 * float(latents.square().sum(dim=1).max())


def test_a_step_stays_in_its_class():
    class Classes(LinearStyles):
        def images(self, latents: torch.Tensor) -> torch.Tensor:
            return super().images(latents) / 2 + (torch.arange(len(latents)) % 7)[:, None, None, None] / 20

    plain = perceptual_path_length(LinearStyles(), EMBED, pairs=50, step=1e-3)[NAME]
    assert perceptual_path_length(Classes(), EMBED, pairs=50, step=1e-3)[NAME].value < plain.value


def test_one_image_has_no_length():
    class Constant(ToyGenerator):
        def images(self, latents: torch.Tensor) -> torch.Tensor:
            return super().images(0 * latents)

    assert perceptual_path_length(Constant(), EMBED, pairs=10)[NAME].value == 0


def test_what_has_no_path_is_refused():
    with pytest.raises(MissingEvidenceError):
        perceptual_path_length(ToyGenerator(), EMBED, space="w")
    with pytest.raises(InvalidSettingError):
        perceptual_path_length(ToyGenerator(), EMBED, sampling="middle")
    with pytest.raises(TooFewSamplesError):
        perceptual_path_length(ToyGenerator(), EMBED, pairs=1)
