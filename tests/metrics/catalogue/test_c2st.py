from __future__ import annotations

import pytest
import torch

from metrics.catalogue.c2st import c2st
from metrics.errors import InvalidSettingError, NotConvergedError, TooFewSamplesError
from tests.support.agreement import agrees


def _gaussian(seed: int, count: int, dimensions: int = 1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, dimensions, generator=generator, dtype=torch.float64)


def _values(found):
    return {name.removeprefix("c2st_"): item.value for name, item in found.items()}


def test_reference_values_of_the_nearest_neighbour(make_features, vector_a, vector_b):
    found = _values(c2st(make_features(vector_a), make_features(vector_b), epochs=2))
    # Computed with scikit-learn, leaving each of the 128 rows out in turn.
    ours = [found[name] for name in ("neighbour", "neighbour_real", "neighbour_generated")]
    agrees(ours, [0.671875, 0.609375, 0.734375], against="scikit-learn", abs_=0)


def test_the_network_reaches_bayes(make_features):
    real, made = _gaussian(0, 4000), _gaussian(1, 4000) + 1
    found = c2st(make_features(real), make_features(made), epochs=5)["c2st_network"]
    agrees(found.value, 0.69146, against="closed form: Bayes between two Gaussians", abs_=0.02)  # Phi(1/2)
    assert found.low < 0.69146 < found.high
    assert float(found.notes[0].split()[2]) < 1e-9


def test_equal_distributions_are_a_coin_toss(make_features):
    found = c2st(make_features(_gaussian(0, 1000, 4)), make_features(_gaussian(1, 1000, 4)), epochs=10)
    values = _values(found)
    assert values["neighbour"] == pytest.approx(999 / 1999, abs=0.05)
    assert values["network"] == pytest.approx(0.5, abs=0.05)


def test_memorised_images_and_collapse_look_as_they_should(make_features):
    real = _gaussian(0, 200, 4)
    copies = _values(c2st(make_features(real), make_features(real + 1e-6), epochs=2))
    assert copies["neighbour_real"] == copies["neighbour_generated"] == 0
    exact = _values(c2st(make_features(real), make_features(real.clone()), epochs=2))
    assert exact["neighbour"] == 0
    collapsed = _values(c2st(make_features(real), make_features(1e-3 * _gaussian(1, 200, 4)), epochs=2))
    assert collapsed["neighbour_generated"] > 0.95
    assert collapsed["neighbour_real"] < collapsed["neighbour_generated"]


def test_equally_many_images_are_used_of_both(make_features):
    found = c2st(make_features(_gaussian(0, 40)), make_features(_gaussian(1, 300)), epochs=2)
    assert found["c2st_neighbour"].value * 80 % 0.5 == 0
    with pytest.raises(TooFewSamplesError, match="3 real and 40 generated"):
        c2st(make_features(_gaussian(0, 3)), make_features(_gaussian(1, 40)))


def _ring_in_disc(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A disc inside a ring, which a network needs many steps to tell apart."""
    directions = torch.nn.functional.normalize(_gaussian(0, 2 * count, 2))
    return 1.2 * directions[:count], directions[count:]


def test_a_network_that_still_learns_is_refused_and_one_that_has_learned_is_not(make_features):
    real, made = _ring_in_disc(1000)
    with pytest.raises(NotConvergedError, match="raise `epochs`"):
        c2st(make_features(real), make_features(made), epochs=20)
    found = c2st(make_features(real), make_features(made), epochs=400)["c2st_network"]
    assert found.value > 0.97
    assert len(found.notes) == 1


def test_a_single_epoch_is_refused(make_features):
    with pytest.raises(InvalidSettingError, match="at least 2 epochs"):
        c2st(make_features(_gaussian(0, 40)), make_features(_gaussian(1, 40)), epochs=1)
