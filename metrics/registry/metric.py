"""How a function becomes a metric: its signature says what it needs, its decorator what it reports."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Any, Literal, ParamSpec, TypeVar

from metrics.errors import InvalidMetricError, InvalidSettingError
from metrics.evidence.kinds import require_alike
from metrics.evidence.pairs import ImagePairs
from metrics.registry.discovery import Catalogue, unknown_name
from metrics.registry.signatures import Need, Setting, SettingValue, place_of, read_signature

SENSES = ("fidelity", "diversity", "novelty", "smoothness")
"""What can be wrong with a generator: unlike real images, too few different ones, copies of training images,
jumps between nearby latents."""

FEATURES = "features"
"""The output of an extractor that metrics look at unless they say otherwise."""

P = ParamSpec("P")
R = TypeVar("R", bound="Mapping[str, float | Measured]")


@dataclass(frozen=True)
class Measured:
    """A value with what else its metric has to say about it.

    Attributes:
        value: the quantity.
        std: spread over the metric's own splits or subsets; not a standard error.
        low: lower end of the 95 % interval.
        high: upper end of the 95 % interval.
        notes: sentences that a reader of the number must know.
        interval: how the interval was made, such as "jackknife over 20 groups of images".
        pairs: pairs of images for people to judge.
    """

    value: float
    std: float | None = None
    low: float | None = None
    high: float | None = None
    notes: tuple[str, ...] = ()
    interval: str = ""
    pairs: ImagePairs | None = None


@dataclass(frozen=True)
class Quantity:
    """A number that a metric reports.

    Attributes:
        name: what it is called when it comes from the metric's own extractor.
        better: which direction is better.
        ideal: its value for a perfect generator; infinity if there is no bound.
        senses: what it notices, of `SENSES`: images unlike real ones (fidelity), too few different images
            (diversity), copies of training images (novelty) and jumps between nearby latents (smoothness)
            worsen it.
        judges: what it is a number of instead, where none of these worsens it; empty elsewhere.
        title: its name in prose.
        generic: what it is called, with the extractor's name added, when it comes from any other extractor.
        generic_title: that name in prose.
    """

    name: str
    better: Literal["lower", "higher"]
    ideal: float
    senses: Set[str] = frozenset()
    judges: str = ""
    title: str = ""
    generic: str = ""
    generic_title: str = ""


@dataclass(frozen=True)
class Metric:
    """A registered metric.

    Attributes:
        name: its name everywhere.
        title: its name in prose.
        paper: reference, such as "arXiv:1706.08500".
        extractor: the extractor that its name stands for; None if any will do.
        quantities: what it reports.
        needs: evidence it takes, in the order of its parameters.
        settings: its keyword-only parameters by name.
        compute: the function itself, which refuses unlike evidence.
        output: which output of the extractor its features are.
        selections: named selections that it belongs to. "paper" is what tables of papers on image generators
            hold: FID with its unbiased and spatial kin, KID, IS, precision and recall, density and coverage,
            FD-DINOv2, and the Vendi score beside them.
    """

    name: str
    title: str
    paper: str
    extractor: str | None
    quantities: tuple[Quantity, ...]
    needs: tuple[Need, ...]
    settings: Mapping[str, Setting]
    compute: Callable[..., Mapping[str, float | Measured]]
    output: str = FEATURES
    selections: frozenset[str] = frozenset()

    @property
    def description(self) -> str:
        """What it measures and what it doesn't, from its file's docstring."""
        return inspect.getdoc(inspect.getmodule(self.compute)) or inspect.getdoc(self.compute) or ""

    @property
    def senses(self) -> tuple[str, ...]:
        """What any of its quantities senses, in the order of `SENSES`."""
        return tuple(sense for sense in SENSES if any(sense in one.senses for one in self.quantities))

    def label(
        self, quantity: Quantity, extractor: str, extractor_title: str, layer: str = ""
    ) -> tuple[str, str]:
        """Name and title under which a quantity may be reported.

        A quantity keeps its own name only with the features of the extractor that the name stands for.

        Args:
            quantity: one of this metric's.
            extractor: name of the extractor that was used.
            extractor_title: that extractor's name in prose.
            layer: the layer that was taken instead of its features, if one was.
        """
        if self.extractor is None or (self.extractor == extractor and not layer):
            return quantity.name, quantity.title or self.title
        suffix, place = (f"_{layer}", f", {layer}") if layer else ("", "")
        return (
            f"{quantity.generic}_{extractor}{suffix}",
            f"{quantity.generic_title} ({extractor_title}{place})",
        )

    def resolve(self, given: Mapping[str, SettingValue]) -> dict[str, SettingValue]:
        """All settings, the defaults filled in.

        Raises:
            UnknownNameError: a setting that the metric doesn't have.
            InvalidSettingError: a value of the wrong type, or out of range.
        """
        resolved = {setting.name: setting.default for setting in self.settings.values()}
        for name, value in given.items():
            if name not in self.settings:
                raise unknown_name(f"setting of {self.name}", name, self.settings)
            resolved[name] = _as_setting(self.name, self.settings[name], value)
        return resolved


METRICS: Catalogue[Metric] = Catalogue("metric", "metrics.catalogue")


def register(
    *,
    name: str,
    title: str,
    paper: str,
    quantities: list[Quantity],
    extractor: str | None = None,
    output: str = FEATURES,
    selections: Set[str] = frozenset(),
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make the decorated function a metric.

    Positional parameters are evidence: the name is the role, the annotation the kind (see
    `metrics.registry.signatures`). Keyword-only parameters are settings, with the paper's values as
    defaults. The function returns a `Measured`, with its interval, for each quantity by name.

    Args:
        name: the file's stem.
        title: name in prose.
        paper: reference with its arXiv number.
        quantities: what is reported.
        extractor: the extractor that the names of the quantities stand for.
        output: which output of the extractor its features are, such as "spatial".
        selections: named selections that it belongs to, such as "paper".

    Raises:
        InvalidMetricError: the signature or the declaration can't be read; the message names the file.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        needs, settings = read_signature(function)
        _check_quantities(function, quantities, extractor)

        @functools.wraps(function)
        def compute(*args: P.args, **kwargs: P.kwargs) -> R:
            require_alike([*args, *(kwargs[need.parameter] for need in needs if need.parameter in kwargs)])
            return function(*args, **kwargs)

        metric = Metric(
            name=name,
            title=title,
            paper=paper,
            extractor=extractor,
            quantities=tuple(quantities),
            needs=needs,
            settings=settings,
            compute=compute,
            output=output,
            selections=frozenset(selections),
        )
        METRICS.add(name, metric, function.__module__)
        return compute

    return decorate


def measure(
    metric: Metric, evidence: Mapping[str, Any], settings: Mapping[str, SettingValue]
) -> dict[str, Measured]:
    """Call a metric and check that it reports what it declares.

    Args:
        metric: the metric.
        evidence: for each of its parameters, evidence of the kind it needs.
        settings: values for all its settings.

    Raises:
        InvalidMetricError: the quantities reported are not those declared, or one or its interval is NaN.
    """
    reported = metric.compute(*(evidence[need.parameter] for need in metric.needs), **settings)
    declared = {quantity.name for quantity in metric.quantities}
    if set(reported) != declared:
        raise InvalidMetricError(
            f"{metric.name} declares {sorted(declared)} but reports {sorted(reported)}; make them the same."
        )
    measured = {
        key: value if isinstance(value, Measured) else Measured(value) for key, value in reported.items()
    }
    for key, item in measured.items():
        if any(math.isnan(number) for number in (item.value, item.low or 0.0, item.high or 0.0)):
            raise InvalidMetricError(
                f"{metric.name} reports NaN for {key}; it must raise an error that says why."
            )
    return measured


def _as_setting(metric: str, setting: Setting, value: SettingValue) -> SettingValue:
    if setting.type is float and type(value) is int:
        return float(value)
    if refusal := setting.refusal(value):
        raise InvalidSettingError(f"The setting {setting.name!r} of {metric} is {value!r}; give {refusal}.")
    return value


def _check_quantities(
    function: Callable[..., object], quantities: list[Quantity], extractor: str | None
) -> None:
    place = place_of(function)
    if not quantities:
        raise InvalidMetricError(f"{place} declares no quantity; add quantities=[Quantity(…)].")
    for quantity in quantities:
        _check_senses(place, quantity)
        if extractor is not None and not (quantity.generic and quantity.generic_title):
            raise InvalidMetricError(
                f"{place}: the name {quantity.name!r} stands for {extractor}; say with generic= and "
                "generic_title= what the quantity is called with another extractor."
            )


def _check_senses(place: str, quantity: Quantity) -> None:
    if unknown := sorted(set(quantity.senses) - set(SENSES)):
        raise InvalidMetricError(
            f"{place}: {quantity.name} senses {', '.join(unknown)}; give senses= of {', '.join(SENSES)}."
        )
    if not quantity.senses and not quantity.judges:
        raise InvalidMetricError(
            f"{place}: {quantity.name} declares no sense; give senses= at least one of {', '.join(SENSES)}, "
            "or say with judges= what it judges instead of the generator's images."
        )
    if quantity.senses and quantity.judges:
        raise InvalidMetricError(
            f"{place}: {quantity.name} senses {', '.join(sorted(quantity.senses))} and judges "
            f"{quantity.judges}; judges= is for a quantity that senses nothing, so leave out one of the two."
        )
