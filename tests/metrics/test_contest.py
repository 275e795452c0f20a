from __future__ import annotations

import pytest
import torch

from metrics import open_images
from metrics.contest import contest
from metrics.errors import InvalidEvidenceError
from metrics.evidence.networks import Contest, to_range
from tests.support.metric_world import ToyDiscriminator, ToyGenerator, as_pixels, points


def test_everyone_judges_everyone():
    real = as_pixels(points(1, count=70)).round().to(torch.uint8)
    judge, generator = ToyDiscriminator(), ToyGenerator()
    found = contest([judge], {"one": generator, "two": generator}, open_images(real), samples=80, seed=3)
    assert (found.discriminators, found.generators) == (("toy",), ("one", "two"))
    assert tuple(found.on_generated.shape) == (1, 2, 80)
    assert found.on_real[0].tolist() == pytest.approx(judge(real.float()).sigmoid().tolist(), rel=1e-6)
    expected = judge(generator.sample(80, 3).float()).sigmoid().tolist()
    assert found.on_generated[0, 1].tolist() == pytest.approx(expected, rel=1e-6)


def test_judgements_are_probabilities_of_the_right_shape():
    with pytest.raises(InvalidEvidenceError, match="sigmoid"):
        Contest(("a",), ("b",), torch.full((1, 1, 3), 1.5), torch.rand(1, 3))
    with pytest.raises(InvalidEvidenceError, match=r"\(2, 1, 3\)"):
        Contest(("a",), ("b",), torch.rand(2, 1, 3), torch.rand(2, 3))


def test_pixels_are_mapped_to_the_range_of_a_network():
    assert to_range(torch.tensor([[[[0, 255]]]], dtype=torch.uint8), (-1.0, 1.0)).flatten().tolist() == [
        -1,
        1,
    ]
