from __future__ import annotations

import pytest
import torch
from torch_fidelity.metric_isc import isc_features_to_metric
from torchmetrics.image.inception import InceptionScore

from metrics import Probabilities, Provenance
from metrics.catalogue.inception_score import inception_score
from metrics.errors import InvalidEvidenceError, TooFewSamplesError
from tests.support.agreement import agrees


def _probabilities(values: torch.Tensor) -> Probabilities:
    return Probabilities(values, Provenance("inception_v3", "w", "tf1", "float32", len(values)))


def test_torch_fidelity_agrees(lcg):
    logits = 6 * lcg(3, 120, 10)
    ours = inception_score(_probabilities(logits.softmax(1)), splits=10, seed=2020)["inception_score"]
    peer = isc_features_to_metric(logits, splits=10, shuffle=True, rng_seed=2020)
    theirs = [peer["inception_score_mean"], peer["inception_score_std"]]
    agrees([ours.value, ours.std], theirs, against="torch-fidelity", rel=1e-6)


@pytest.mark.filterwarnings("ignore:Metric `InceptionScore`", "ignore:std\\(\\)")
def test_torchmetrics_agrees_on_one_part(lcg):
    logits = 6 * lcg(3, 120, 10)
    peer = InceptionScore(feature=torch.nn.Identity(), splits=1)
    peer.update(logits)  # Identity is the extractor
    ours = inception_score(_probabilities(logits.softmax(1)), splits=1)["inception_score"]
    agrees(ours.value, peer.compute()[0], against="torchmetrics", rel=1e-6)


def test_single_precision_is_enough(lcg):
    values = (6 * lcg(3, 120, 10)).softmax(1)
    single = inception_score(_probabilities(values.float()))["inception_score"].value
    assert single == pytest.approx(inception_score(_probabilities(values))["inception_score"].value, rel=1e-6)


def test_small_parts_are_noted():
    values = torch.eye(4).repeat(30, 1)
    assert "12 images" in inception_score(_probabilities(values))["inception_score"].notes[0]
    assert inception_score(_probabilities(values.repeat(5, 1)), splits=1)["inception_score"].notes == ()


def test_fewer_images_than_parts_are_refused():
    with pytest.raises(TooFewSamplesError, match="give at least 10"):
        inception_score(_probabilities(torch.eye(4)))


def test_logits_are_no_probabilities(lcg):
    with pytest.raises(InvalidEvidenceError, match="softmax"):
        _probabilities(6 * lcg(3, 120, 10))
