"""From a network's outputs for a set of images to every kind of evidence that metrics need, in one pass.

Nothing else in the package knows how a kind is made.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import MetricsError
from metrics.evidence.kinds import Features, Moments, Probabilities, Provenance
from metrics.extractors.registry import FEATURES, PROBABILITIES, Extractor
from metrics.images import protocols
from metrics.planning.wants import Want
from metrics.statistics.moments import MomentsAccumulator


@runtime_checkable
class _Gatherer(Protocol):
    """Takes in an output of the network, rows by rows, and becomes evidence."""

    def add(self, rows: Tensor, /) -> None: ...

    def result(self, origin: Provenance, /) -> Any: ...


class _Rows:
    """Keeps everything."""

    def __init__(self, kind: Callable[[Tensor, Provenance], Any]) -> None:
        self._kind = kind
        self._parts: list[Tensor] = []

    def add(self, rows: Tensor) -> None:
        self._parts.append(rows)

    def result(self, origin: Provenance) -> Any:
        return self._kind(torch.cat(self._parts), origin)


class _Sums:
    """Keeps moments alone."""

    def __init__(self) -> None:
        self._moments: MomentsAccumulator | None = None

    def add(self, rows: Tensor) -> None:
        self._moments = self._moments or MomentsAccumulator(rows.shape[1])
        self._moments.update(rows)

    def result(self, origin: Provenance) -> Moments:
        assert self._moments is not None, "a set of images is never empty"
        return self._moments.result(origin)


_GATHERERS: Mapping[type[Any], Callable[[], _Gatherer]] = {
    Features: lambda: _Rows(Features),
    Probabilities: lambda: _Rows(Probabilities),
    Moments: _Sums,
}


def gather(
    chunks: Iterable[Mapping[str, Tensor]], wants: Collection[Want], origin: Provenance
) -> dict[Want, Any]:
    """Make evidence of several kinds from a network's outputs, looking at each row once.

    Rows are kept in memory only where a kind needs them all. Evidence that can't be made, for example of
    too few images, is an `Unmade`: it concerns only the metrics that need it.

    Args:
        chunks: outputs by name, for consecutive images.
        wants: what is wanted, of the kinds in `EXTRACTED`.
        origin: where the outputs come from.
    """
    gatherers = {item: _GATHERERS[item.kind]() for item in wants}
    for chunk in chunks:
        for item, gatherer in gatherers.items():
            gatherer.add(chunk[item.output])
    return {
        item: _made(gatherer, replace(origin, output=_feature_output(item.output)))
        for item, gatherer in gatherers.items()
    }


@dataclass(frozen=True)
class Unmade:
    """What stands in the place of evidence that could not be made.

    Attributes:
        error: why not.
    """

    error: MetricsError


def required(made: Any) -> Any:
    """The evidence itself.

    Raises:
        MetricsError: it could not be made.
    """
    if isinstance(made, Unmade):
        raise made.error
    return made


def _made(gatherer: _Gatherer, origin: Provenance) -> Any:
    try:
        return gatherer.result(origin)
    except MetricsError as error:
        return Unmade(error)


def _feature_output(output: str) -> str:
    # Probabilities may be compared with nothing but probabilities, so they don't say which features go along.
    return FEATURES if output == PROBABILITIES else output


@dataclass(frozen=True)
class ExtractorEmbedder:
    """An extractor with its preprocessing, as the evidence `Embedder`."""

    extractor: Extractor
    protocol: protocols.Protocol
    provenance: Provenance

    def __call__(self, pixels: Tensor, /) -> Float[Tensor, "n d"]:
        """Features of pixels (n, c, h, w) in [0, 255]; differentiable if the pixels ask for it."""
        colours = pixels.float().expand(-1, 3, -1, -1)
        prepared = self.protocol.prepare_pixels(colours, self.extractor.size_px)
        look = self.extractor.network if prepared.requires_grad else self.extractor.look
        features: Tensor = look(prepared.to(self.extractor.device))[self.provenance.output]
        return features
