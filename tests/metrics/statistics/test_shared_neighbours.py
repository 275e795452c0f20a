from __future__ import annotations

import pytest
import torch

from metrics.catalogue.c2st import _neighbour_correct
from metrics.statistics.neighbours import neighbour_table
from metrics.statistics.resampling import wilson_interval
from metrics.statistics.shared_neighbours import independent_count, linked_share_interval


def _places(*numbers):
    return torch.tensor(numbers)


def test_images_that_are_each_others_neighbours_count_half():
    pairs = _places(1, 0, 3, 2)
    assert independent_count(torch.tensor([1.0, 1, 0, 0]), pairs, pairs) == 2
    assert independent_count(torch.ones(4), pairs, pairs) == 2


def test_images_that_contradict_their_links_count_no_more_than_themselves():
    pairs = _places(1, 0, 3, 2)
    assert independent_count(torch.tensor([1.0, 0, 1, 0]), pairs, pairs) == 4


def test_images_with_neighbours_of_their_own_are_independent():
    chain = _places(1, 2, 3, 4, 5, 0)
    assert independent_count(
        torch.tensor([1.0, 0, 0, 1, 0, 0]), _places(0, 1, 2, 3, 4, 5), chain
    ) == pytest.approx(6)


def test_copies_of_one_image_tell_of_one_image_only():
    ends = linked_share_interval(torch.zeros(1000), torch.zeros(1000).long(), _places(1, 2, 0))
    assert ends == pytest.approx(wilson_interval(0, 1))


@pytest.mark.slow
def test_the_interval_of_the_neighbours_accuracy_is_as_wide_as_it_varies(make_features):
    def draw(seed):
        generator = torch.Generator().manual_seed(seed)
        real, made = (torch.randn(50, 8, generator=generator) for _ in range(2))
        correct, nearest = _neighbour_correct(make_features(real), make_features(made + 0.3))
        parts = [(correct[rows], nearest[rows]) for rows in (slice(None), slice(0, 50))]
        ends = [linked_share_interval(*part, nearest) for part in parts]
        return [float(part[0].mean()) for part in parts], [(high - low) / (2 * 1.96) for low, high in ends]

    drawn = torch.tensor([draw(seed) for seed in range(200)])
    ratios = drawn[:, 1].mean(dim=0) / drawn[:, 0].std(dim=0)
    # Images taken as independent: 0.85 and less.
    assert all(0.9 < float(ratio) < 1.35 for ratio in ratios), ratios


@pytest.mark.slow
def test_the_interval_of_the_authentic_share_is_as_wide_as_it_varies(make_features):
    def draw(seed):
        generator = torch.Generator().manual_seed(seed)
        real, made = (make_features(torch.randn(150, 3, generator=generator)) for _ in range(2))
        own, found = neighbour_table(real, real, 1), neighbour_table(made, real, 1)
        original = found.indices[:, 0]
        outcomes = (own.distances[original, 0] < found.distances[:, 0]).double()
        low, high = linked_share_interval(outcomes, original, own.indices[:, 0])
        return float(outcomes.mean()), (high - low) / (2 * 1.96)

    values, errors = torch.tensor([draw(seed) for seed in range(200)]).T
    # The real images as they are: 0.75.
    assert 0.88 < float(errors.mean() / values.std()) < 1.15
