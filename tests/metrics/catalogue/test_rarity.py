from __future__ import annotations

import pytest
import torch

from metrics.catalogue.rarity import rarity
from metrics.errors import TooFewSamplesError
from tests.support.agreement import agrees


def test_by_hand_on_a_line(make_features):
    # Balls of one neighbour: 0±1, 1±1, 10±9. 2 lies on the edge of the second and in the third; 25 outside.
    real, generated = ([[0.0], [1.0], [10.0]], [[0.5], [2.0], [9.0], [25.0]])
    found = rarity(
        *(make_features(torch.tensor(part, dtype=torch.float64)) for part in (real, generated)), neighbours=1
    )["rarity"]
    agrees(found.value, (1 + 1 + 9) / 3, against="by hand", rel=1e-6)
    assert found.notes == ("1 of 4 images lie outside the manifold and have no rarity.",)


def test_numpy_gave_the_same(make_features, vector_a, vector_b, numbers):
    found = rarity(make_features(vector_a), make_features(vector_b))["rarity"]
    mean, inside = numbers["rarity_mean_and_count"]
    agrees(found.value, mean, against="numpy, from the definition", rel=1e-12)
    assert found.notes[0].startswith(f"{64 - inside} of 64")


def test_it_is_undefined_outside_the_manifold(make_features, vector_a):
    with pytest.raises(TooFewSamplesError, match="Only 0 of 64"):
        rarity(make_features(vector_a), make_features(vector_a + 50))
