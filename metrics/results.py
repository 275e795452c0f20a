"""What an evaluation gives back: a number with everything that makes it comparable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from metrics.signatures import SettingValue


@dataclass(frozen=True)
class MetricResult:
    """One quantity of one metric, measured.

    Attributes:
        metric: name of the metric.
        quantity: name of the quantity; it names the extractor where that is not the metric's own.
        title: the quantity's name in prose.
        value: the number.
        better: "lower" or "higher".
        std: spread over the metric's splits or subsets, if it has any.
        low: lower end of an interval, if it has one.
        high: upper end of an interval, if it has one.
        n_generated: number of generated images.
        n_reference: number of reference images; None if the metric looks at none.
        extractor: name of the extractor.
        protocol: name of the preprocessing.
        settings: all settings of the metric.
        provenance: digests of the weights and of each set of images, dtype, versions.
        seconds: time the metric took, without the extraction of features.
        warnings: sentences that a reader of the number must know.
    """

    metric: str
    quantity: str
    title: str
    value: float
    better: str
    std: float | None
    low: float | None
    high: float | None
    n_generated: int | None
    n_reference: int | None
    extractor: str
    protocol: str
    settings: Mapping[str, SettingValue]
    provenance: Mapping[str, str]
    seconds: float
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The result as JSON values."""
        return asdict(self) | {"warnings": list(self.warnings)}
