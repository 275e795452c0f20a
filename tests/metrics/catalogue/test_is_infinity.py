from __future__ import annotations

import numpy as np
import pytest
import torch

from metrics import Probabilities, Provenance
from metrics.catalogue.is_infinity import is_infinity
from metrics.errors import TooFewSamplesError
from metrics.statistics.ordering import shuffled
from metrics.statistics.scores import class_information_scores
from tests.support.agreement import agrees


def _probabilities(values):
    return Probabilities(values, Provenance("inception_v3", "w", "tf1", "float32", len(values)))


def test_the_line_is_numpys(lcg):
    values = (4 * lcg(3, 500, 10)).softmax(dim=1)
    sizes = [round(size) for size in np.linspace(50, 500, 15)]
    rows = shuffled(values, 0)
    parts = [rows[:size].numpy() for size in sizes]
    scores = [np.exp((part * np.log(part / part.mean(0))).sum(1).mean()) for part in parts]
    intercept = np.polynomial.Polynomial.fit(1 / np.array(sizes), scores, 1).convert().coef[0]
    found = is_infinity(_probabilities(values))["is_infinity"]
    agrees(found.value, intercept, against="numpy, from the definition", rel=1e-9)
    assert found.low < found.value < found.high


def test_the_bias_of_few_images_goes():
    generator = torch.Generator().manual_seed(0)

    def draw(count):
        return (2 * torch.randn(count, 10, generator=generator, dtype=torch.float64)).softmax(dim=1)

    truth = float(class_information_scores(draw(200_000), splits=1, seed=None).parts)
    values = [is_infinity(_probabilities(draw(200)))["is_infinity"] for _ in range(40)]
    plain = [float(class_information_scores(draw(200), splits=1, seed=None).parts) for _ in range(40)]
    assert abs(np.mean([found.value for found in values]) - truth) < abs(np.mean(plain) - truth)
    assert sum(found.low < truth < found.high for found in values) >= 34


def test_very_few_images_are_refused(lcg):
    with pytest.raises(TooFewSamplesError):
        is_infinity(_probabilities(lcg(3, 12, 4).softmax(dim=1)))


@pytest.mark.slow
@pytest.mark.parametrize("peak", [2.0, 9.0])
def test_the_interval_is_as_wide_as_the_value_varies(peak):
    def draw(seed):
        generator = torch.Generator().manual_seed(seed)
        logits = torch.randn(120, 40, generator=generator, dtype=torch.float64)
        logits[torch.arange(120), torch.randint(10, (120,), generator=generator)] += peak
        found = is_infinity(_probabilities(logits.softmax(dim=1)))["is_infinity"]
        return found.value, (found.high - found.low) / (2 * 2.093)  # Student's, 19 degrees

    values, errors = torch.tensor([draw(seed) for seed in range(250)]).T
    # To first order alone, which doesn't see how the line bends: down to 0.85.
    assert 0.88 < float(errors.mean() / values.std()) < 1.6
