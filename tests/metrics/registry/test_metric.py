from __future__ import annotations

import math
import re
from typing import Annotated

import pytest

from metrics import METRICS, Features, Measured, Moments, Quantity, register
from metrics.errors import InvalidMetricError, InvalidSettingError, UnknownNameError
from metrics.registry.metric import measure
from metrics.registry.signatures import Need, Range, Setting, argument_texts

HOW_MANY = Quantity("how_many", better="higher", ideal=1.0, senses={"diversity"})


@pytest.fixture
def registered():
    """Decorate a function as the metric `how_many`, and take it out again afterwards."""

    def decorate(function, **changes):
        declared = {
            "name": "how_many",
            "title": "How many",
            "paper": "none",
            "quantities": [HOW_MANY],
            **changes,
        }
        register(**declared)(function)
        return METRICS.get("how_many")

    yield decorate
    if "how_many" in METRICS.names():
        METRICS.remove("how_many")


def test_needs_and_settings_are_read_from_the_signature(registered):
    def how_many(
        reference: Moments, generated: Features, *, power: int = 2, scale: float = 1.0, exact: bool = True
    ):
        return {"how_many": scale * generated.count**power}

    metric = registered(how_many)
    assert metric.needs == (Need("reference", "reference", Moments), Need("generated", "generated", Features))
    assert metric.settings == {
        "power": Setting("power", int, 2),
        "scale": Setting("scale", float, 1.0),
        "exact": Setting("exact", bool, True),
    }


def _no_evidence(*, power: int = 2): ...
def _untyped(generated): ...
def _unknown_kind(generated: list): ...
def _unresolved(generated: Nowhere): ...  # noqa: F821
def _variable(*generated: Features): ...
def _no_default(generated: Features, *, power: int): ...
def _wrong_default(generated: Features, *, power: int = "2"): ...
def _untyped_setting(generated: Features, *, power=2): ...


@pytest.mark.parametrize(
    "function",
    [
        _no_evidence,
        _untyped,
        _unknown_kind,
        _unresolved,
        _variable,
        _no_default,
        _wrong_default,
        _untyped_setting,
    ],
)
def test_unreadable_signatures_are_refused_naming_the_file(registered, function):
    with pytest.raises(InvalidMetricError, match=rf"test_metric\.py: {function.__name__}"):
        registered(function)


def _fine(generated: Features): ...


def _declaring(**senses):
    return {"quantities": [Quantity("how_many", better="higher", ideal=1.0, **senses)]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"quantities": []}, "declares no quantity"),
        (
            _declaring(senses={"taste"}),
            "senses taste; give senses= of fidelity, diversity, novelty, smoothness",
        ),
        (_declaring(), "how_many declares no sense; give senses= at least one of"),
        (_declaring(senses={"novelty"}, judges="the weather"), "leave out one of the two"),
        ({"extractor": "inception_v3"}, "stands for inception_v3"),
    ],
)
def test_incomplete_declarations_are_refused(registered, changes, message):
    with pytest.raises(InvalidMetricError, match=message):
        registered(_fine, **changes)


def test_a_quantity_that_judges_something_else_needs_no_sense(registered):
    (quantity,) = registered(_fine, **_declaring(judges="the weather")).quantities
    assert quantity.judges == "the weather"


@pytest.mark.parametrize("reported", [{}, {"how_much": 1.0}, {"how_many": float("nan")}])
def test_a_metric_reports_what_it_declares(registered, make_features, vector_a, reported):
    def how_many(generated: Features):
        return reported

    with pytest.raises(InvalidMetricError, match="how_many"):
        measure(registered(how_many), {"generated": make_features(vector_a)}, {})


def test_a_plain_number_will_do(registered, make_features, vector_a):
    def how_many(generated: Features):
        return {"how_many": float(generated.count)}

    found = measure(registered(how_many), {"generated": make_features(vector_a)}, {})
    assert found == {"how_many": Measured(64.0)}


@pytest.mark.parametrize("number", [Measured(math.nan), Measured(1.0, low=math.nan, high=2.0)])
def test_neither_a_number_nor_its_interval_is_ever_nan(registered, make_features, vector_a, number):
    def how_many(generated: Features):
        return {"how_many": number}

    with pytest.raises(InvalidMetricError, match="reports NaN for how_many"):
        measure(registered(how_many), {"generated": make_features(vector_a)}, {})


def test_settings_are_completed_and_checked():
    metric = METRICS.get("kid")
    assert metric.resolve({"subsets": 5}) == {"subsets": 5, "subset_size": 1000, "degree": 3, "seed": 0}
    with pytest.raises(UnknownNameError, match="did you mean 'subsets'"):
        metric.resolve({"subset": 5})
    for wrong in ("5", 5.0, True):
        with pytest.raises(InvalidSettingError, match="of type int"):
            metric.resolve({"subsets": wrong})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"count": 0}, "0; give a whole number from 1"),
        ({"count": -3}, "-3; give a whole number from 1"),
        ({"maybe": -1}, "-1; give a whole number from 0"),
        ({"width": 0.0}, "0.0; give a number above 0"),
        ({"width": math.nan}, "nan; give a number above 0"),
        ({"width": math.inf}, "inf; give a number above 0"),
        ({"chosen": -0.1}, "-0.1; give a number from 0"),
        ({"ddof": 2}, "2; give a whole number from 0 to 1"),
        ({"any_sign": -math.inf}, "-inf; give a number that is finite"),
    ],
)
def test_a_number_out_of_its_range_is_refused(registered, given, words):
    """The default says what may be given: nearest neighbours of order -1 once gave a precision of 1."""
    with pytest.raises(InvalidSettingError, match=f"is {re.escape(words)}"):
        registered(_ranges).resolve(given)


def test_numbers_in_their_range_are_taken(registered):
    given = {
        "count": 1,
        "maybe": 0,
        "width": 1e-9,
        "chosen": 0.0,
        "ddof": 0,
        "order": math.inf,
        "any_sign": -5.0,
    }
    assert registered(_ranges).resolve(given) == given


def _ranges(
    generated: Features,
    *,
    count: int = 3,
    maybe: int = 0,
    width: float = 0.5,
    chosen: float = 0.0,
    ddof: Annotated[int, Range(0, 1)] = 1,
    order: Annotated[float, Range(0, math.inf)] = 1.0,
    any_sign: Annotated[float, Range()] = 0.0,
): ...


@pytest.mark.parametrize("metric", list(METRICS), ids=lambda metric: metric.name)
def test_no_metric_takes_a_negative_count_or_what_is_no_number(metric):
    for setting in metric.settings.values():
        wrong = {int: -1, float: math.nan}.get(setting.type)
        if wrong is not None:
            with pytest.raises(InvalidSettingError, match=setting.name):
                metric.resolve({setting.name: wrong})


def test_an_integer_is_a_float_setting_too(registered):
    def how_many(generated: Features, *, scale: float = 1.0): ...

    assert registered(how_many).resolve({"scale": 2}) == {"scale": 2.0}


def test_a_name_stands_for_its_extractor_only():
    metric = METRICS.get("fid")
    own = metric.label(metric.quantities[0], "inception_v3", "Inception v3 (2015)")
    other = metric.label(metric.quantities[0], "efficientnet_lite0", "EfficientNet-Lite0")
    assert own == ("fid", "Fréchet Inception Distance")
    assert other == ("frechet_distance_efficientnet_lite0", "Fréchet distance (EfficientNet-Lite0)")


def test_every_setting_is_explained():
    for metric in METRICS:
        assert not set(metric.settings) - set(argument_texts(metric.compute)), metric.name
