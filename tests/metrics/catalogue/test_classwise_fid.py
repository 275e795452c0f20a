from __future__ import annotations

import numpy as np
import pytest
import torch
from pytorch_fid.fid_score import calculate_frechet_distance

from metrics.catalogue.classwise_fid import classwise_fid
from metrics.errors import TooFewSamplesError
from metrics.evidence.kinds import Labels
from tests.support.agreement import agrees


@pytest.fixture
def labelled(make_features, vector_a, vector_b):
    """Two classes of the real and of the generated vectors."""
    real = Labels(torch.arange(64) % 2, ("cat", "dog"))
    made = Labels(torch.arange(64) // 40, ("cat", "dog"))
    return make_features(vector_a), real, make_features(vector_b), made


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_pytorch_fid_agrees_class_by_class(labelled, vector_a, vector_b):
    parts = [(vector_a[::2], vector_b[:40]), (vector_a[1::2], vector_b[40:])]
    peers = [
        calculate_frechet_distance(*(item for x in pair for item in (x.mean(0).numpy(), np.cov(x.numpy().T))))
        for pair in parts
    ]
    found = classwise_fid(*labelled)["classwise_fid"]
    agrees(found.value, float(np.mean(peers)), against="pytorch-fid", rel=1e-6)
    assert f"{max(peers):.4g}"[:5] in found.notes[0]
    assert found.low <= found.value <= found.high


def test_a_class_that_was_not_generated_is_named(labelled):
    real, real_labels, made, _ = labelled
    only_cats = Labels(torch.zeros(64, dtype=torch.int64), ("cat", "dog"))
    with pytest.raises(TooFewSamplesError, match="0 generated images of the class 'dog'"):
        classwise_fid(real, real_labels, made, only_cats)
