"""Which network looks at the images for which metrics, opened with just the outputs that they want."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch

from metrics.cache import FeatureCache
from metrics.distributed import ALONE, Workers
from metrics.errors import InvalidSettingError, MissingEvidenceError
from metrics.evidence.kinds import Images, Provenance
from metrics.extractors.extraction import Pass
from metrics.extractors.opening import open_extractor
from metrics.extractors.registry import EXTRACTORS, PROBABILITIES, Extractor, WeightsRequest, check_weights
from metrics.images.protocols import Protocol, get_protocol
from metrics.registry.metric import FEATURES
from metrics.registry.signatures import SettingValue

DEFAULT_EXTRACTOR = "inception_v3"
DEFAULT_CLASSIFIER = "efficientnet_lite0"
"""For metrics that need class probabilities and don't say whose: its weights are always there."""


@dataclass(frozen=True)
class Optics:
    """How extractors are opened; the fields are arguments of `metrics.evaluate`."""

    extractor: str | Extractor | None = None
    protocol: str | None = None
    layer: str | None = None
    request: WeightsRequest = field(default_factory=lambda: WeightsRequest(frozenset()))
    device: str = "cpu"
    backend: str = "auto"
    precision: str = "float32"
    cache: FeatureCache | None = None
    workers: Workers = ALONE


@dataclass(frozen=True)
class Lens:
    """An extractor with its protocol, as metrics that share them see it.

    Attributes:
        title: the extractor's name in prose.
        origin: where numbers seen through it come from; the count is 0.
        settings: what the protocol asks of metrics that have such settings.
        extractor: the network; None where all its outputs are there already.
        protocol: how images are prepared; None likewise.
    """

    title: str
    origin: Provenance
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    extractor: Extractor | None = None
    protocol: Protocol | None = None
    cache: FeatureCache | None = None
    workers: Workers = ALONE

    @property
    def name(self) -> str:
        """The extractor's name."""
        return self.origin.extractor

    def over(self, images: Images, outputs: frozenset[str]) -> Pass:
        """A pass over a set of images that gives these outputs."""
        assert self.extractor is not None, "a lens is opened with a network wherever images are looked at"
        assert self.protocol is not None
        return Pass(images, self.extractor, self.protocol, self.cache, outputs, self.workers)


def extractor_for(own: str | None, outputs: frozenset[str]) -> str:
    """The extractor of a metric for which nobody named one.

    Args:
        own: the extractor that the metric's name stands for, or None.
        outputs: what the metric wants of it.
    """
    return own or (DEFAULT_CLASSIFIER if PROBABILITIES in outputs else DEFAULT_EXTRACTOR)


def open_lens(key: str | Extractor, outputs: frozenset[str], optics: Optics) -> Lens:
    """Load an extractor with these outputs.

    Args:
        key: the extractor, or its name.
        outputs: what images are looked at for; at least one.
        optics: how.

    Raises:
        UnknownNameError: there is no such extractor or protocol.
        MissingEvidenceError: the extractor has no such output.
        MissingWeightsError: there are no weights that give it.
        InvalidSettingError: there is no such device.
        InvalidMetricError: an extractor given ready has the name of one of the catalogue, but other weights.
    """
    extractor = key if isinstance(key, Extractor) else _load(key, outputs, optics)
    check_weights(extractor.name, extractor.weights_digest)
    lacking = outputs - extractor.outputs
    if lacking:
        raise MissingEvidenceError(
            f"{extractor.title} gives no {', '.join(sorted(lacking))}; choose another extractor."
        )
    protocol = get_protocol(extractor.protocol_name(optics.protocol))
    return Lens(
        extractor.title,
        Provenance(
            extractor=extractor.name,
            weights_digest=extractor.weights_digest,
            protocol=protocol.name,
            dtype=extractor.dtype,
            count=0,
            backend=extractor.backend,
        ),
        protocol.settings,
        extractor,
        protocol,
        optics.cache,
        optics.workers,
    )


def ready_lens(key: str | Extractor, known: Provenance | None, optics: Optics) -> Lens:
    """A lens for numbers that are all there, which opens no network.

    Args:
        key: the extractor that the numbers are taken to come from, or its name.
        known: where they come from; None if no file says.
        optics: which protocol was asked for.

    Raises:
        InvalidMetricError: they come from other weights than the extractor of that name has.
    """
    if known is not None and known.weights_digest:
        check_weights(known.extractor, known.weights_digest)
    name = key.name if isinstance(key, Extractor) else key
    titles = {entry.name: entry.title for entry in EXTRACTORS}
    title = key.title if isinstance(key, Extractor) else titles.get(name, name)
    protocol = optics.protocol or (known.protocol if known else "")
    settings = get_protocol(protocol).settings if protocol else {}
    origin = replace(known, count=0, output=FEATURES) if known else Provenance(name, "", protocol, "", 0)
    return Lens(title, origin, settings, workers=optics.workers)


def known_origin(origins: Sequence[Provenance | None]) -> Provenance | None:
    """Where numbers given ready come from, by the first that says."""
    return next((origin for origin in origins if origin is not None), None)


def check_device(name: str) -> None:
    """Check that torch can use a device.

    Raises:
        InvalidSettingError: it can't.
    """
    try:
        torch.zeros(1, device=name).item()
    except (RuntimeError, AssertionError) as error:
        raise InvalidSettingError(
            f"There is no device {name!r} here; give cpu, or cuda where torch sees a GPU."
        ) from error


def layer_output(layer: str | None, output: str) -> str:
    """The output that a metric's features are, if the user chose a layer.

    Args:
        layer: what the user chose, such as "768" for the output "features_768".
        output: the metric's own.
    """
    return f"{FEATURES}_{layer}" if layer and output == FEATURES else output


def _load(name: str, outputs: frozenset[str], optics: Optics) -> Extractor:
    check_device(optics.device)
    request = replace(optics.request, outputs=outputs)
    device = torch.device(optics.device)
    return open_extractor(name, request, device, backend=optics.backend, precision=optics.precision)
