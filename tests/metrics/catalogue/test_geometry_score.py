from __future__ import annotations

import importlib
import math

import gudhi
import numpy as np
import pytest
import torch
from piq.gs import lmrk_table, relative

from metrics.catalogue.geometry_score import geometry_score
from metrics.errors import InvalidSettingError, MissingPackageError, TooFewSamplesError
from metrics.statistics.chance import random_state
from metrics.statistics.ordering import shuffled
from tests.support.agreement import agrees

SMALL = {"landmarks": 32, "gamma": 1 / 8, "holes": 10, "repeats": 20}


def _ring(seed: int, count: int, *, filled: bool = False) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    angle = 2 * math.pi * torch.rand(count, generator=generator, dtype=torch.float64)
    radius = (
        torch.rand(count, generator=generator, dtype=torch.float64).sqrt() if filled else torch.ones(count)
    )
    ring = radius[:, None] * torch.stack([angle.cos(), angle.sin()], dim=1)
    return ring + 0.02 * torch.randn(count, 2, generator=generator, dtype=torch.float64)


def test_a_disk_is_no_circle(make_features):
    circle, disk = make_features(_ring(0, 800)), make_features(_ring(1, 800, filled=True))
    found = geometry_score(circle, disk, **SMALL)["geometry_score"]
    assert found.value == pytest.approx(1.59, abs=0.4)
    assert found.low < found.value < found.high


def _living_times_by_piq(values: torch.Tensor, repeats: int) -> np.ndarray:
    """Means over the landmarks that seed 0 gives."""
    cloud, chance, times = shuffled(values, 0).numpy(), random_state(0), []
    for _ in range(repeats):
        table, farthest = lmrk_table(cloud, cloud[chance.choice(len(cloud), 20)])
        tree = gudhi.WitnessComplex(table).create_simplex_tree(farthest / 8, limit_dimension=2)
        tree.persistence(homology_coeff_field=2)
        times.append(relative(tree.persistence_intervals_in_dimension(1), farthest / 8, 5))
    return np.mean(times, axis=0)


def test_piq_agrees_on_the_same_landmarks(make_features):
    circle, disk = _ring(0, 200), _ring(1, 200, filled=True)
    settings = {"landmarks": 20, "gamma": 1 / 8, "holes": 5, "repeats": 4}
    found = geometry_score(make_features(circle), make_features(disk), **settings)["geometry_score"].value
    one, other = (_living_times_by_piq(values, 4) for values in (circle, disk))
    agrees(found, ((one - other) ** 2).sum(), against="piq", rel=1e-6)


def test_a_moved_larger_circle_is_a_circle(make_features):
    circle, other = make_features(_ring(0, 800)), make_features(5 * _ring(1, 800) + 100)
    assert geometry_score(circle, other, **SMALL)["geometry_score"].value < 0.05
    assert geometry_score(circle, circle, **SMALL)["geometry_score"].value == 0


def test_without_gudhi_the_error_says_what_to_install(make_features, monkeypatch):
    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    circle = make_features(_ring(0, 50))
    with pytest.raises(MissingPackageError, match="pip install gudhi"):
        geometry_score(circle, circle)


def test_what_has_no_shape_is_refused(make_features):
    circle = make_features(_ring(0, 50))
    with pytest.raises(TooFewSamplesError):
        geometry_score(circle, make_features(_ring(0, 1)))
    with pytest.raises(InvalidSettingError):
        geometry_score(circle, circle, repeats=1)
