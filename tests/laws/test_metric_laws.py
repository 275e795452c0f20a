"""What holds for every metric, whatever it measures; a new file is held to it the moment it exists.

The world of most laws: images are points around a few modes; a network's classes are the modes, and far from
all of them it is unsure. The laws of the senses have a world of their own, `tests.support.sense_world`.
A law that concerns some metrics only is parametrised with those; one that asserts nothing fails (see
`conftest.py`).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Set
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
import torch
from torch import Tensor

from metrics import EXTRACTORS, METRICS, Features, Metric, Moments, Probabilities, Provenance
from metrics.errors import EvidenceMismatchError, MetricsError, TooFewSamplesError
from metrics.registry.metric import SENSES, Measured, Quantity, measure
from metrics.registry.signatures import SettingValue
from tests.support import sense_world
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
    "fld",
    "gan_train_test",
    "geometry_score",
    "low_level_statistics",
    "ms_ssim",
    "prd_curve",
    "reconstruction_error",
    "wasserstein_critic",
}
LONGISH = {
    "adversarial_accuracy",
    "boundary_distortion",
    "fid_infinity",
    "linear_separability",
    "mifid",
    "perceptual_path_length",
}
"""A case of the law of the senses takes them seconds: CI only, so that all tests take under five minutes."""
LONGEST_S = 1200
SEARCHED_WELL: dict[str, dict[str, SettingValue]] = {"reconstruction_error": {"starts": 20}}
"""Settings with which a metric converges in the senses' world, where its defaults are refused."""


def _case(metric: Metric, *others: Any, long: Set[str] = LONG) -> Any:
    """A parameter set; that of a long metric runs in CI only."""
    slow = [pytest.mark.slow, pytest.mark.timeout(LONGEST_S)] if metric.name in long else []
    return pytest.param(metric, *others, marks=slow, id="-".join([metric.name, *map(str, others)]))


def _concerned(concerns: Callable[[Metric], object]) -> pytest.MarkDecorator:
    """Parametrise a law with the metrics that it concerns."""
    return pytest.mark.parametrize("metric", [_case(metric) for metric in METRICS if concerns(metric)])


@pytest.fixture(params=[_case(metric) for metric in METRICS])
def metric(request: pytest.FixtureRequest) -> Metric:
    return request.param


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


def _bounded(metric: Metric) -> list[Quantity]:
    return [quantity for quantity in metric.quantities if math.isfinite(quantity.ideal)]


def _on_new_draws(metric: Metric, quantity: Quantity) -> Tensor:
    pairs = (_measured_on_draws(metric.name, seed) for seed in range(0, 24, 2))
    return torch.tensor([found[quantity.name].value for found in pairs])


@functools.cache
def _measured_on_draws(name: str, seed: int) -> dict[str, Measured]:
    return _measure(METRICS.get(name), _points(seed), _points(seed + 1))


@_concerned(lambda metric: any("novelty" not in quantity.senses for quantity in _bounded(metric)))
def test_identical_sets_give_the_declared_ideal(metric: Metric) -> None:
    alike = _measure(metric, _points(1), _points(1))
    for quantity in _bounded(metric):
        if "novelty" not in quantity.senses:
            null, same = _on_new_draws(metric, quantity), alike[quantity.name].value
            # A biased distance is ideal on the very same images, an unbiased one on average over draws.
            off = abs(float(null.mean()) - quantity.ideal)
            on_average = off < 4 * float(null.std()) / math.sqrt(len(null))
            assert on_average or same == pytest.approx(quantity.ideal, abs=1e-9)


@_concerned(lambda metric: any("novelty" in quantity.senses for quantity in _bounded(metric)))
def test_copies_are_farther_from_the_ideal_than_new_images(metric: Metric) -> None:
    copied = _measure(metric, _points(1), _points(1))
    for quantity in _bounded(metric):
        if "novelty" in quantity.senses:
            new = (_on_new_draws(metric, quantity) - quantity.ideal).abs().max()
            assert abs(copied[quantity.name].value - quantity.ideal) > new


def _takes(role: str) -> Callable[[Metric], bool]:
    return lambda metric: any(need.role == role for need in metric.needs)


def _compares(metric: Metric) -> bool:
    extracted = {need.role for need in metric.needs if need.kind in (Features, Moments, Probabilities)}
    return "generated" in extracted and len(extracted) > 1


@_concerned(_compares)
def test_unlike_provenance_is_refused(metric: Metric) -> None:
    for change in ("extractor", "weights_digest", "protocol", "dtype"):
        evidence = _evidence(metric, _points(1), _points(2), **{change: "another"})
        with pytest.raises(EvidenceMismatchError) as refusal:
            measure(metric, evidence, metric.resolve({}))
        assert change in str(refusal.value)


@_concerned(_takes("generated"))
def test_a_single_image_is_refused(metric: Metric) -> None:
    with pytest.raises(TooFewSamplesError) as refusal:
        _measure(metric, _points(1, count=1), _points(2))
    assert str(refusal.value)


SEEDS = range(1, 13, 3)


@functools.cache
def _scene(sense: str | None, seed: int) -> sense_world.Scene:
    perfect = sense_world.perfect_scene(seed)
    return perfect if sense is None else sense_world.worsened(perfect, sense)


@functools.cache
def _in_scene(name: str, sense: str | None, seed: int) -> dict[str, Measured]:
    """What a metric says of a perfect generator, or of one that fails in what the sense is of."""
    metric, scene = METRICS.get(name), _scene(sense, seed)
    origin = Provenance(metric.extractor or "any", "w", "tf1", "float32", 0, output=metric.output)
    evidence = {need.parameter: scene.evidence(need, origin) for need in metric.needs}
    return measure(metric, evidence, metric.resolve(SEARCHED_WELL.get(name, {})))


def _ends(found: Measured) -> tuple[float, float]:
    assert found.low is not None
    assert found.high is not None
    return found.low, found.high


def _fall(quantity: Quantity, perfect: Measured, spoiled: Measured) -> tuple[float, bool]:
    """How far a value falls, in widths of its interval, and whether the two intervals are apart.

    An interval that reaches farther to one side, such as that of a ratio, is as wide as twice the side to
    which the value falls.
    """
    (low, high), (other_low, other_high) = _ends(perfect), _ends(spoiled)
    if quantity.better == "lower":
        fall, side, apart = spoiled.value - perfect.value, high - perfect.value, other_low > high
    else:
        fall, side, apart = perfect.value - spoiled.value, perfect.value - low, other_high < low
    return (fall / (2 * side) if side > 0 else math.copysign(math.inf, fall) if fall else 0.0), apart


def sense_cases(metrics: Iterable[Metric]) -> list[tuple[Metric, Quantity, str]]:
    """Each quantity with each sense that it declares."""
    return [
        (metric, quantity, sense)
        for metric in metrics
        for quantity in metric.quantities
        for sense in SENSES
        if sense in quantity.senses
    ]


def senseless_cases(metrics: Iterable[Metric]) -> list[tuple[Metric, Quantity]]:
    """Each quantity that declares to judge something else."""
    return [(metric, quantity) for metric in metrics for quantity in metric.quantities if quantity.judges]


def without_a_law(metrics: Iterable[Metric]) -> list[str]:
    """Names of the quantities that no law of the senses asserts anything on."""
    entries = list(metrics)
    held = {quantity.name for _, quantity, *_ in (*sense_cases(entries), *senseless_cases(entries))}
    return [one.name for metric in entries for one in metric.quantities if one.name not in held]


@pytest.mark.parametrize(
    ("metric", "name", "sense"),
    [
        _case(metric, quantity.name, sense, long=LONG | LONGISH)
        for metric, quantity, sense in sense_cases(METRICS)
    ],
)
def test_what_is_sensed_worsens_the_number(metric: Metric, name: str, sense: str) -> None:
    (quantity,) = (one for one in metric.quantities if one.name == name)
    perfect, spoiled = (_in_scene(metric.name, one, SEEDS[0])[name] for one in (None, sense))
    widths, apart = _fall(quantity, perfect, spoiled)
    assert widths > 1
    assert apart


@pytest.mark.parametrize(
    ("metric", "name"), [_case(metric, quantity.name) for metric, quantity in senseless_cases(METRICS)]
)
@pytest.mark.parametrize("sense", SENSES)
@pytest.mark.slow
def test_what_is_not_sensed_does_not_worsen_the_number(metric: Metric, name: str, sense: str) -> None:
    (quantity,) = (one for one in metric.quantities if one.name == name)
    falls = []
    for seed in SEEDS:
        perfect = _in_scene(metric.name, None, seed)[name]
        try:
            spoiled = _in_scene(metric.name, sense, seed)[name]
        except TooFewSamplesError:
            continue  # rarity has no value outside the manifold
        falls.append(_fall(quantity, perfect, spoiled)[0])
    # Twenty images may be worse ones by chance; a sense would show in every draw.
    assert min(falls, default=0.0) <= 1


def test_every_quantity_is_held_to_a_law_of_the_senses() -> None:
    assert without_a_law(METRICS) == []


def test_a_quantity_without_a_law_is_found() -> None:
    fid, kid = METRICS.get("fid"), METRICS.get("kid")
    silent = replace(kid.quantities[1], senses=frozenset())
    assert without_a_law([fid, replace(kid, quantities=(kid.quantities[0], silent))]) == ["kid_full"]


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
