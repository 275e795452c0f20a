from __future__ import annotations

import pytest
import torch

from metrics.catalogue.image_retrieval import image_retrieval
from metrics.errors import InvalidSettingError, TooFewSamplesError
from tests.support.agreement import agrees


def _line(*points: float) -> torch.Tensor:
    return torch.tensor(points, dtype=torch.float64)[:, None]


def test_by_hand(make_features):
    queries = make_features(_line(0, 10, 20))
    training, made = make_features(_line(1, 12, 19)), make_features(_line(2, 11, 40))
    found = image_retrieval(queries, training, made)
    ours = [found["retrieval_distance"].value, found["retrieval_share"].value]
    agrees(ours, [(2 + 1 + 9) / 3, 1 / 3], against="by hand", rel=1e-6)
    second = image_retrieval(queries, training, made, neighbours=2)
    agrees(second["retrieval_distance"].value, (11 + 8 + 18) / 3, against="by hand", rel=1e-6)


def test_further_training_images_are_nearer_half_of_the_time(make_features):
    generator = torch.Generator().manual_seed(0)
    sets = [torch.randn(800, 3, generator=generator, dtype=torch.float64) for _ in range(3)]
    found = image_retrieval(*(make_features(rows) for rows in sets))["retrieval_share"]
    assert found.value == pytest.approx(0.5, abs=0.06)
    assert found.low < found.value < found.high
    assert found.notes[0].startswith("p = ")


def test_copies_of_the_training_set_tie(make_features):
    queries, training = make_features(_line(0, 10, 20)), make_features(_line(1, 12, 19))
    found = image_retrieval(queries, training, make_features(_line(12, 19, 1)))["retrieval_share"]
    assert found.value == 0.5
    assert found.notes == ("Generated and training images are equally near to every held-out image.",)


def test_a_share_of_all_queries_is_not_certain(make_features):
    queries, training, made = (make_features(_line(*range(start, start + 20))) for start in (0, 900, 50))
    found = image_retrieval(queries, training, made)["retrieval_share"]
    assert found.value == found.high == 1
    assert 0.5 < found.low < 0.95


def test_too_few_are_refused(make_features):
    one, three = make_features(_line(0)), make_features(_line(0, 1, 2))
    with pytest.raises(TooFewSamplesError):
        image_retrieval(three, three, one)
    with pytest.raises(InvalidSettingError):
        image_retrieval(three, three, three, neighbours=0)
