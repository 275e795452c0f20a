from __future__ import annotations

import pytest
import torch

from metrics.catalogue.nrds import nrds
from metrics.errors import MissingEvidenceError
from metrics.evidence.networks import Contest
from tests.support.agreement import agrees


def _contest(curves: list[list[float]], samples: int = 8) -> Contest:
    """`curves[i]` are the judgements on generator i, epoch by epoch."""
    outputs = torch.tensor(curves).T[:, :, None].repeat(1, 1, samples)
    epochs = tuple(f"epoch {index}" for index in range(len(outputs)))
    names = tuple(f"generator {index}" for index in range(len(curves)))
    return Contest(epochs, names, outputs, torch.ones(len(epochs), 1))


def test_areas_by_hand():
    found = nrds(_contest([[1.0, 0.5, 0.0], [1.0, 0.0, 0.0]]))["nrds"]
    agrees(found.value, 1.0 / 1.5, against="by hand", rel=1e-6)
    assert found.notes == ("Scores: generator 0 0.667, generator 1 0.333.",)


def test_alike_generators_share_alike():
    assert nrds(_contest([[0.5, 0.25]] * 4))["nrds"].value == pytest.approx(0.25)
    assert nrds(_contest([[0.0, 0.0]] * 4))["nrds"].value == pytest.approx(0.25)


def test_the_interval_comes_from_the_samples():
    contest = _contest([[0.5, 0.5], [0.5, 0.5]], samples=400)
    spread = 0.4 * (torch.rand(contest.on_generated.shape, generator=torch.Generator().manual_seed(0)) - 0.5)
    noisy = Contest(
        contest.discriminators, contest.generators, contest.on_generated + spread, contest.on_real
    )
    found = nrds(noisy)["nrds"]
    # By the delta method: half of the standard error of the difference of two areas, means of two epochs.
    assert found.high - found.low == pytest.approx(2 * 2.09 * 0.5 * 0.4 / 12**0.5 / 400**0.5, rel=0.4)


def test_one_sample_is_too_few():
    with pytest.raises(MissingEvidenceError):
        nrds(_contest([[0.5], [0.5]], samples=1))
