from __future__ import annotations

import pytest
import torch

from metrics.catalogue.authpct import authpct
from tests.support.agreement import agrees


def test_by_hand_on_a_line(make_features):
    # The nearest training images are 1 (nearest to 0: 1 away) and 10 (9 away).
    training, generated = ([[0.0], [1.0], [10.0]], [[1.4], [3.0], [4.0], [12.0]])
    found = authpct(
        *(make_features(torch.tensor(part, dtype=torch.float64)) for part in (training, generated))
    )
    agrees(found["authpct"].value, 50.0, against="by hand", abs_=0)


def test_numpy_gave_the_same(make_features, vector_a, vector_b, numbers):
    found = authpct(make_features(vector_a), make_features(vector_b))["authpct"].value
    agrees(found, numbers["authpct"], against="numpy, from the definition", abs_=0)


def test_copies_are_not_authentic_and_nonsense_is(make_features, vector_a):
    training = make_features(vector_a)
    assert authpct(training, make_features(vector_a.clone()))["authpct"].value == 0
    assert authpct(training, make_features(vector_a + 9))["authpct"].value == 100


def test_new_images_of_the_same_kind_are_near_fifty_and_the_note_says_so(make_features):
    generator = torch.Generator().manual_seed(0)
    draws = [
        authpct(*(make_features(torch.randn(300, 5, generator=generator)) for _ in range(2)))["authpct"]
        for _ in range(20)
    ]
    assert sum(found.value for found in draws) / 20 == pytest.approx(51.7, abs=2.5)
    assert "near 50" in draws[0].notes[0]
