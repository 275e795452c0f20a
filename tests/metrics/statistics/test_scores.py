from __future__ import annotations

import pytest
import torch
from torch_fidelity.metric_isc import isc_features_to_metric

from metrics.errors import TooFewSamplesError
from metrics.statistics.resampling import jackknife_error
from metrics.statistics.scores import class_information_scores


@pytest.fixture
def logits(lcg):
    return 4 * lcg(3, 50, 10)


def test_reference_values_in_the_order_given(logits, numbers):
    assert float(logits.sum()) == pytest.approx(numbers["lcg_L_sum"], rel=1e-14)
    probabilities = logits.softmax(dim=1)
    one = class_information_scores(probabilities, splits=1, seed=None).parts
    five = class_information_scores(probabilities, splits=5, seed=None).parts
    assert float(one) == pytest.approx(numbers["class_score_1_split"], rel=1e-12)
    assert [float(five.mean()), float(five.std(correction=0))] == pytest.approx(
        numbers["class_score_5_splits"], rel=1e-11
    )


def test_torch_fidelitys_order_by_its_seed(logits):
    scores = class_information_scores(logits.softmax(dim=1), splits=7, seed=2020).parts
    peer = isc_features_to_metric(logits, splits=7, shuffle=True, rng_seed=2020)
    assert float(scores.mean()) == pytest.approx(peer["inception_score_mean"], rel=1e-12)
    assert float(scores.std(correction=0)) == pytest.approx(peer["inception_score_std"], rel=1e-11)


@pytest.mark.parametrize("classes", [1, 2, 10])
def test_sure_and_evenly_spread_predictions_score_the_number_of_classes(classes):
    probabilities = torch.eye(classes, dtype=torch.float64).repeat(4, 1)
    assert float(class_information_scores(probabilities, splits=1, seed=0).parts) == pytest.approx(
        classes, rel=1e-12
    )


def test_predictions_that_are_all_alike_score_one():
    probabilities = torch.full((20, 5), 0.2, dtype=torch.float64)
    found = class_information_scores(probabilities, splits=4, seed=0)
    assert found.parts.tolist() == pytest.approx([1.0] * 4)


def test_sorted_files_don_t_change_the_score(logits):
    # Without shuffling, parts of class-sorted files hold one class each and score 1.
    probabilities = torch.eye(10, dtype=torch.float64).repeat_interleave(50, 0)
    in_order = class_information_scores(probabilities, splits=10, seed=None)
    shuffled = class_information_scores(probabilities, splits=10, seed=0)
    assert float(in_order.parts.mean()) == pytest.approx(1)
    assert float(shuffled.parts.mean()) > 9


@pytest.mark.parametrize("splits", [0, 51])
def test_impossible_splits_are_refused(logits, splits):
    with pytest.raises(TooFewSamplesError, match="can't be split"):
        class_information_scores(logits.softmax(dim=1), splits=splits, seed=0)


def test_the_error_is_a_jackknifes(logits):
    rows = logits.softmax(dim=1)
    found = class_information_scores(rows, splits=1, seed=None)
    left = [
        float(class_information_scores(torch.cat([rows[:i], rows[i + 1 :]]), splits=1, seed=None).parts)
        for i in range(len(rows))
    ]
    assert found.error == pytest.approx(jackknife_error(torch.tensor(left)), rel=0.15)


def test_parts_may_have_a_size_instead_of_a_number(logits):
    rows = logits.softmax(dim=1)
    sized = class_information_scores(rows, splits=1, seed=None, split_size=10).parts
    assert sized.tolist() == class_information_scores(rows, splits=5, seed=None).parts.tolist()


def test_parts_of_a_size_need_no_number_of_parts(logits):
    few = logits[:6].softmax(dim=1)
    sized = class_information_scores(few, splits=10, seed=None, split_size=3).parts
    assert torch.equal(sized, class_information_scores(few, splits=2, seed=None).parts)
