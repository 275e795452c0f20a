from __future__ import annotations

import prdc
import pytest
import torch
from torch_fidelity.metric_prc import prc_features_to_metric

from metrics.catalogue.precision_recall import precision_recall
from metrics.errors import EvidenceMismatchError, TooFewSamplesError
from tests.support.agreement import agrees


def _line(make_features, *values):
    return make_features(torch.tensor(values, dtype=torch.float64)[:, None])


def test_by_hand_on_a_line(make_features):
    # Balls of one neighbour: real 0±1, 1±1, 10±9; generated 2±4, 6±4, 30±24.
    found = precision_recall(_line(make_features, 0, 1, 10), _line(make_features, 2, 6, 30), neighbours=1)
    ours = [found[name].value for name in ("precision", "recall", "f1_score")]
    agrees(ours, [2 / 3, 1, 0.8], against="by hand", rel=1e-6)


def test_the_edge_of_a_ball_belongs_to_it(make_features):
    found = precision_recall(_line(make_features, 0, 1), _line(make_features, 2, -1), neighbours=1)
    assert found["precision"].value == 1.0  # both lie exactly on an edge, where `<` would see nothing


def test_prdc_and_torch_fidelity_agree(make_features, vector_a, vector_b, numbers, capsys):
    found = precision_recall(make_features(vector_a), make_features(vector_b))
    for name in ("precision", "recall"):
        agrees(found[name].value, numbers["prdc_3"][name], against="prdc", abs_=0)
    with capsys.disabled():
        peer = prdc.compute_prdc(vector_a.numpy(), vector_b.numpy(), nearest_k=3)
    agrees(found["recall"].value, peer["recall"], against="prdc", abs_=0)
    fidelity = prc_features_to_metric(vector_b, vector_a, prc_neighborhood=3, verbose=False)
    for ours, theirs in (("precision", "precision"), ("recall", "recall"), ("f1_score", "f_score")):
        agrees(found[ours].value, fidelity[theirs], against="torch-fidelity", abs_=1e-6)


def test_sets_apart_have_neither(make_features, vector_a):
    found = precision_recall(make_features(vector_a), make_features(vector_a + 100))
    assert [item.value for item in found.values()] == [0, 0, 0]
    assert found["precision"].high == pytest.approx(0.0566, abs=1e-4)  # Wilson for 0 of 64
    assert [item.low for item in found.values()] == pytest.approx([0, 0, 0])


def test_little_memory_gives_the_same(make_features, vector_a, vector_b):
    plain, small = (
        precision_recall(make_features(vector_a), make_features(vector_b), memory_gib=gib)
        for gib in (2.0, 1e-5)
    )
    assert plain == small


def test_no_more_images_than_neighbours_is_too_few(make_features, vector_a):
    with pytest.raises(TooFewSamplesError, match="3 nearest neighbours"):
        precision_recall(make_features(vector_a[:3]), make_features(vector_a))


def test_other_extractors_are_refused(make_features, vector_a):
    with pytest.raises(EvidenceMismatchError):
        precision_recall(make_features(vector_a), make_features(vector_a, extractor="pixels"))
