from __future__ import annotations

import math

import pytest
import torch

from metrics.catalogue.birthday_paradox import birthday_paradox
from metrics.errors import InvalidSettingError, TooFewSamplesError
from tests.support.agreement import agrees


def _repeating(support: int, count: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    kinds = torch.randn(support, 4, generator=generator, dtype=torch.float64)
    return kinds[torch.randint(support, (count,), generator=generator)]


def test_a_small_support_is_found_out(make_features):
    real = make_features(torch.randn(500, 4, generator=torch.Generator().manual_seed(9), dtype=torch.float64))
    found = birthday_paradox(real, make_features(_repeating(1000, 500)), threshold=1e-6)["support_size"]
    assert found.low < 1000 < found.high
    assert found.value == pytest.approx(1000, rel=0.25)
    assert "pairs of 500 generated images" in found.notes[0]


@pytest.mark.parametrize("images", [10_000, 5])
def test_the_nearest_pairs_come_by_their_numbers_in_the_whole_set(make_features, images):
    rows = torch.arange(6, dtype=torch.float64)[:, None] ** 2
    rows[4] = rows[1]
    real = make_features(10 * rows)
    found = birthday_paradox(real, make_features(rows), pairs=1, images=images, seed=1)["support_size"].pairs
    assert found.roles == ("generated", "generated")
    ((one, other),) = found.indices
    assert float(found.distances[0]) == abs(float(rows[one] - rows[other]))
    assert images == 5 or sorted([one, other]) == [1, 4]


def test_without_duplicates_the_support_is_what_the_images_can_tell(make_features):
    rows = torch.arange(30, dtype=torch.float64)[:, None]
    found = birthday_paradox(make_features(rows / 10), make_features(rows))["support_size"]
    agrees(found.value, 30 * 29 / 2 / math.log(2), against="closed form: the birthday problem", rel=1e-6)
    assert found.high == math.inf


def test_what_makes_no_pair_is_refused(make_features):
    rows = make_features(torch.ones(3, 2))
    with pytest.raises(TooFewSamplesError):
        birthday_paradox(rows, make_features(torch.ones(1, 2)))
    with pytest.raises(InvalidSettingError):
        birthday_paradox(rows, rows, alike=1.0)
