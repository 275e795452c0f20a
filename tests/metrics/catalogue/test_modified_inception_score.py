from __future__ import annotations

import pytest
import torch

from metrics.catalogue.modified_inception_score import modified_inception_score
from metrics.errors import InvalidSettingError, TooFewSamplesError
from tests.support.agreement import agrees

NAME = "modified_inception_score"


def test_reference_value(make_probabilities, logits):
    rows = make_probabilities(logits.softmax(dim=1))
    found = modified_inception_score(rows, per_class=False)[NAME]
    # Computed by numpy over all ordered pairs.
    agrees(found.value, 2.822917073880087, against="numpy, from the definition", rel=1e-12)
    assert found.low < found.value < found.high


def test_classes_are_looked_at_apart(make_probabilities):
    two_kinds = make_probabilities(torch.tensor([[0.9, 0.1], [0.1, 0.9]]).repeat(10, 1))
    assert modified_inception_score(two_kinds)[NAME].value == pytest.approx(1)
    assert modified_inception_score(two_kinds, per_class=False)[NAME].value > 2


def test_a_class_of_one_image_is_left_out(make_probabilities):
    rows = torch.tensor([[0.9, 0.1], [0.8, 0.2], [0.9, 0.1], [0.8, 0.2], [0.3, 0.7]])
    alone, without = make_probabilities(rows), make_probabilities(rows[:4])
    assert modified_inception_score(alone)[NAME].value == modified_inception_score(without)[NAME].value


def test_no_pairs_and_no_floor_are_refused(make_probabilities):
    with pytest.raises(TooFewSamplesError):
        modified_inception_score(make_probabilities(torch.eye(3)))
    with pytest.raises(InvalidSettingError):
        modified_inception_score(make_probabilities(torch.eye(3)), floor=0.0)
