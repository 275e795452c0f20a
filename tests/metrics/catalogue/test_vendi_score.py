from __future__ import annotations

import math

import pytest
import torch
from vendi_score import vendi

from metrics.catalogue.vendi_score import vendi_score
from metrics.errors import InvalidSettingError, TooFewSamplesError
from metrics.statistics.spectra import cosine_vendi
from tests.support.agreement import agrees


def test_alike_images_count_once_and_orthogonal_ones_each(make_features):
    for rows, score in ((torch.ones(9, 4), 1), (3 * torch.eye(7), 7)):
        found = vendi_score(make_features(rows))["vendi_score"].value
        agrees(found, score, against="closed form: alike or orthogonal rows", rel=1e-6)


@pytest.mark.parametrize(("place", "order"), [(0, 0.5), (1, 1.0), (2, 2.0), (3, math.inf)])
def test_vendi_score_agrees(make_features, vector_a, numbers, place, order):
    found = vendi_score(make_features(vector_a), order=order)["vendi_score"]
    agrees(found.value, numbers["vendi_of_A"][place], against="vendi-score", rel=1e-6)
    q = "inf" if math.isinf(order) else order
    agrees(found.value, vendi.score_dual(vector_a.numpy(), q=q), against="vendi-score", rel=1e-9)


def test_fewer_images_than_dimensions_agree_too(lcg):
    values = lcg(3, 12, 40)
    score, error = cosine_vendi(values, 1.0)
    agrees(score, vendi.score_dual(values.numpy()), against="vendi-score", rel=1e-9)
    assert score == pytest.approx(cosine_vendi(torch.cat([values, torch.zeros(12, 5)], dim=1), 1.0)[0])
    assert error > 0


@pytest.mark.parametrize("order", [0.5, 1.0, 2.0])
def test_the_standard_error_is_the_spread_over_draws(order):
    generator = torch.Generator().manual_seed(0)
    scale = torch.tensor([4.0, 2.0, 1.0, 0.5])
    draws = [cosine_vendi(1 + scale * torch.randn(400, 4, generator=generator), order) for _ in range(100)]
    spread = torch.tensor([score for score, _ in draws]).std()
    error = torch.tensor([error for _, error in draws]).mean()
    assert float(error / spread) == pytest.approx(1, abs=0.25)


def test_what_it_refuses(make_features, vector_a):
    with pytest.raises(TooFewSamplesError):
        vendi_score(make_features(vector_a[:1]))
    with pytest.raises(InvalidSettingError, match="-1"):
        vendi_score(make_features(vector_a), order=-1.0)


def test_features_without_a_direction_are_told_of(make_features, vector_a):
    assert vendi_score(make_features(vector_a))["vendi_score"].notes == ()
    blank = torch.cat([vector_a, torch.zeros(3, vector_a.shape[1], dtype=vector_a.dtype)])
    assert "3 of 67 images" in vendi_score(make_features(blank))["vendi_score"].notes[0]
