"""What holds for every metric, whatever it measures; a new file is held to it the moment it exists.

The world: images are points around a few modes; a network's classes are the modes, and far from all of them
it is unsure.
"""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
import torch
from torch import Tensor

from metrics import EXTRACTORS, METRICS, Features, Metric, Moments, Probabilities, Provenance
from metrics.errors import EvidenceMismatchError, MetricsError, TooFewSamplesError
from metrics.registry.metric import Measured, measure
from tests.support.metric_world import Scene, make_evidence, points

IMAGES = 400


def _points(seed: int, **changes: float) -> Tensor:
    return points(seed, **{"count": IMAGES, **changes})


def _evidence(metric: Metric, generated: Tensor, real: Tensor, **changes: str) -> dict[str, Any]:
    """Evidence for each need from the generated or the real points; `changes` go to the generated origin."""
    scene = Scene(generated=generated, reference=real, held_out=_points(99))
    origin = Provenance(metric.extractor or "any", "w", "tf1", "float32", 0, output=metric.output)
    return {
        need.parameter: make_evidence(
            scene, need, replace(origin, **changes) if need.role == "generated" else origin
        )
        for need in metric.needs
    }


def _measure(metric: Metric, generated: Tensor, real: Tensor, seed: int = 0) -> dict[str, Measured]:
    settings = metric.resolve({"seed": seed} if "seed" in metric.settings else {})
    return measure(metric, _evidence(metric, generated, real), settings)


def _tensors(evidence: dict[str, Any]) -> list[Tensor]:
    found = [
        getattr(item, field.name)
        for item in evidence.values()
        if is_dataclass(item)
        for field in fields(item)
    ]
    return [value for value in found if isinstance(value, Tensor)]


# They train or anneal; a law takes them from ten seconds to minutes.
LONG = {
    "annealed_importance_sampling",
    "c2st",
    "gan_train_test",
    "geometry_score",
    "low_level_statistics",
    "ms_ssim",
    "prd_curve",
    "reconstruction_error",
    "wasserstein_critic",
}
LONGEST_S = 1200


@pytest.fixture(
    params=[
        pytest.param(name, marks=[pytest.mark.slow, pytest.mark.timeout(LONGEST_S)] if name in LONG else [])
        for name in METRICS.names()
    ]
)
def metric(request: pytest.FixtureRequest) -> Metric:
    return METRICS.get(request.param)


def test_the_same_evidence_and_seed_give_the_same_number(metric: Metric) -> None:
    assert _measure(metric, _points(1), _points(2)) == _measure(metric, _points(1), _points(2))


def test_evidence_is_not_changed(metric: Metric) -> None:
    evidence = _evidence(metric, _points(1), _points(2))
    before = [tensor.clone() for tensor in _tensors(evidence)]
    measure(metric, evidence, metric.resolve({}))
    assert all(torch.equal(one, other) for one, other in zip(before, _tensors(evidence), strict=True))


def test_every_number_has_an_interval_and_says_how_it_was_made(metric: Metric) -> None:
    for name, found in _measure(metric, _points(1), _points(2)).items():
        assert found.low is not None, name
        assert found.high is not None, name
        assert found.low <= found.high, name
        assert found.interval, name


def test_row_order_does_not_matter(metric: Metric) -> None:
    order = torch.randperm(IMAGES, generator=torch.Generator().manual_seed(0))
    plain = _measure(metric, _points(1), _points(2))
    shuffled = _measure(metric, _points(1)[order], _points(2)[order.flip(0)])
    for name, one in plain.items():
        # Seeded splits and subsets hold other rows then; their mean moves by a fraction of their spread.
        assert shuffled[name].value == pytest.approx(one.value, rel=1e-9, abs=one.std or 1e-12)


def test_identical_sets_give_the_declared_ideal(metric: Metric) -> None:
    bounded = [quantity for quantity in metric.quantities if math.isfinite(quantity.ideal)]
    draws = range(0, 24, 2) if bounded else ()
    pairs = [_measure(metric, _points(seed), _points(seed + 1)) for seed in draws]
    alike = _measure(metric, _points(1), _points(1)) if bounded else {}
    for quantity in bounded:
        null = torch.tensor([found[quantity.name].value for found in pairs])
        same = alike[quantity.name].value
        # A biased distance is ideal on the very same images, an unbiased one on average over draws.
        on_average = abs(float(null.mean()) - quantity.ideal) < 4 * float(null.std()) / math.sqrt(len(null))
        assert on_average or same == pytest.approx(quantity.ideal, abs=1e-9)


@pytest.mark.parametrize(
    ("sense", "worse", "worst"),
    [
        ("fidelity", {"noise": 1.0}, {"noise": 2.0}),
        ("diversity", {"modes": 3}, {"modes": 1}),
    ],
)
def test_what_is_sensed_worsens_the_number(metric: Metric, sense: str, worse: dict, worst: dict) -> None:
    sensing = [quantity for quantity in metric.quantities if sense in quantity.senses]
    # A metric that claims nothing may refuse such images: rarity has no value outside the manifold.
    changes = ({}, worse, worst) if sensing else ()
    found = [_measure(metric, _points(1, **change), _points(2)) for change in changes]
    for quantity in sensing:
        values = [measured[quantity.name].value for measured in found]
        assert values == sorted(values, reverse=quantity.better == "higher")
        assert values[0] != values[2]


def test_unlike_provenance_is_refused(metric: Metric) -> None:
    extracted = {need.role for need in metric.needs if need.kind in (Features, Moments, Probabilities)}
    if "generated" in extracted and len(extracted) > 1:
        for change in ("extractor", "weights_digest", "protocol", "dtype"):
            evidence = _evidence(metric, _points(1), _points(2), **{change: "another"})
            with pytest.raises(EvidenceMismatchError, match=change):
                measure(metric, evidence, metric.resolve({}))


def test_a_single_image_is_refused(metric: Metric) -> None:
    if any(need.role == "generated" for need in metric.needs):
        with pytest.raises(TooFewSamplesError):
            _measure(metric, _points(1, count=1), _points(2))


def test_every_quantity_has_a_name_of_its_own_with_every_extractor(metric: Metric) -> None:
    own = [(one.name, quantity.name) for one in METRICS for quantity in one.quantities]
    assert len({name for _, name in own}) == len(own)
    for entry in EXTRACTORS:
        for quantity in metric.quantities:
            name, title = metric.label(quantity, entry.name, entry.title)
            assert title
            assert (name == quantity.name) == (metric.extractor in (None, entry.name))
            assert name == quantity.name or name.endswith(entry.name)


def test_every_file_says_what_it_measures_and_where_that_comes_from(metric: Metric) -> None:
    assert metric.paper in metric.description
    assert "Source:" in (metric.compute.__doc__ or "")
    assert len(metric.description.split("\n\n")) == 3  # one sentence; the reference; what it does not tell


def test_errors_are_of_the_builtin_kind_they_are() -> None:
    for error in MetricsError.__subclasses__():
        assert error.__name__.endswith("Error")
        assert len(error.__bases__) == 2
        assert error.__doc__
