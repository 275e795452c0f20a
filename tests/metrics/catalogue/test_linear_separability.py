from __future__ import annotations

import math

import pytest
import torch
from sklearn.metrics import mutual_info_score

from metrics import Features, Labels, Provenance
from metrics.catalogue.linear_separability import conditional_entropy, linear_separability
from metrics.errors import EvidenceMismatchError, TooFewSamplesError
from tests.support.agreement import agrees
from tests.support.metric_world import ToyEmbedder, ToyGenerator, as_pixels

NAME = "linear_separability"
ORIGIN = Provenance("any", "w", "tf1", "float32", 0)


class Generator(ToyGenerator):
    """Images whose first coordinate is a function of the latent."""

    latent_size = 2

    def __init__(self, coordinate) -> None:
        self._coordinate = coordinate

    def sample_latent(self, count: int, seed: int, *, start: int = 0) -> torch.Tensor:
        return torch.randn(start + count, 2, generator=torch.Generator().manual_seed(seed))[start:]

    def images(self, latents: torch.Tensor) -> torch.Tensor:
        rows = torch.zeros(len(latents), 12, dtype=latents.dtype)
        rows[:, 0] = self._coordinate(latents)
        return as_pixels(rows) / 127.5 - 1


@pytest.fixture
def real() -> tuple[Features, Labels]:
    """Two classes: the first coordinate is negative or positive."""
    rows = torch.randn(300, 12, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    return Features(rows, ORIGIN), Labels((rows[:, 0] > 0).long(), ("left", "right"))


def test_a_linear_attribute_is_separated(real):
    found = linear_separability(*real, Generator(lambda z: z[:, 0]), ToyEmbedder(ORIGIN), samples=400)[NAME]
    agrees(found.value, 1, against="closed form: a linear attribute", abs_=0.1)


def test_a_checkerboard_is_not(real):
    mixed = Generator(lambda z: 3 * z[:, 0] * z[:, 1])
    found = linear_separability(*real, mixed, ToyEmbedder(ORIGIN), samples=800)[NAME]
    # Two classes of an undecided bit each: exp(2 log 2).
    agrees(found.value, 4, against="closed form: a checkerboard", abs_=0.3)
    assert found.low <= found.value <= found.high


def test_scikit_learn_agrees_on_the_entropy(lcg):
    one, other = (lcg(1, 100) > 0.4).long(), (lcg(2, 100) + lcg(1, 100) > 0.9).long()
    share = float(other.double().mean())
    entropy = -share * math.log(share) - (1 - share) * math.log(1 - share)
    expected = entropy - mutual_info_score(one.numpy(), other.numpy())
    agrees(conditional_entropy(one, other), expected, against="scikit-learn", rel=1e-9)


def test_another_extractor_and_too_few_samples_are_refused(real):
    other = ToyEmbedder(Provenance("other", "w", "tf1", "float32", 0))
    with pytest.raises(EvidenceMismatchError, match="extractor"):
        linear_separability(*real, ToyGenerator(), other)
    with pytest.raises(TooFewSamplesError):
        linear_separability(*real, ToyGenerator(), ToyEmbedder(ORIGIN), samples=10)
