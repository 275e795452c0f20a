"""Which extractor looks at the images for which metrics, opened with just the outputs that they need."""

from __future__ import annotations

from collections.abc import Mapping
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
class ExtractorOptions:
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
class ExtractorFacts:
    """What results say of an extractor, whether it was opened or its numbers were given ready.

    Attributes:
        title: its name in prose.
        origin: where its numbers come from; the count is 0.
        settings: what its protocol asks of metrics that have such settings.
    """

    title: str
    origin: Provenance
    settings: Mapping[str, SettingValue] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The extractor's name."""
        return self.origin.extractor


@dataclass(frozen=True)
class OpenedExtractor:
    """An extractor with its protocol, ready to look at images.

    Attributes:
        facts: what results say of it.
        extractor: the network.
        protocol: how images are prepared for it.
        cache: where its outputs are kept, or None.
        workers: the processes that share the work.
    """

    facts: ExtractorFacts
    extractor: Extractor
    protocol: Protocol
    cache: FeatureCache | None = None
    workers: Workers = ALONE

    def over(self, images: Images, outputs: frozenset[str]) -> Pass:
        """A pass over a set of images that gives these outputs."""
        return Pass(images, self.extractor, self.protocol, self.cache, outputs, self.workers)


def extractor_for(own: str | None, outputs: frozenset[str]) -> str:
    """The extractor of a metric for which the user named none.

    Args:
        own: the extractor that the metric's name stands for, or None.
        outputs: what the metric needs of it.
    """
    return own or (DEFAULT_CLASSIFIER if PROBABILITIES in outputs else DEFAULT_EXTRACTOR)


def open_for(key: str | Extractor, outputs: frozenset[str], options: ExtractorOptions) -> OpenedExtractor:
    """Load an extractor with these outputs.

    Args:
        key: the extractor, or its name.
        outputs: what images are looked at for; at least one.
        options: how.

    Raises:
        UnknownNameError: there is no such extractor or protocol.
        MissingEvidenceError: the extractor has no such output.
        MissingWeightsError: there are no weights that give it.
        InvalidSettingError: there is no such device.
        InvalidMetricError: an extractor given ready has the name of one of the catalogue, but other weights.
    """
    extractor = key if isinstance(key, Extractor) else _load(key, outputs, options)
    check_weights(extractor.name, extractor.weights_digest)
    lacking = outputs - extractor.outputs
    if lacking:
        raise MissingEvidenceError(
            f"{extractor.title} gives no {', '.join(sorted(lacking))}; choose another extractor."
        )
    protocol = get_protocol(extractor.protocol_name(options.protocol))
    origin = Provenance(
        extractor=extractor.name,
        weights_digest=extractor.weights_digest,
        protocol=protocol.name,
        dtype=extractor.dtype,
        count=0,
        backend=extractor.backend,
    )
    facts = ExtractorFacts(extractor.title, origin, protocol.settings)
    return OpenedExtractor(facts, extractor, protocol, options.cache, options.workers)


def facts_of_saved(
    key: str | Extractor, known: Provenance | None, options: ExtractorOptions
) -> ExtractorFacts:
    """What there is to say of an extractor whose numbers are all given; its network is not opened.

    Args:
        key: the extractor that the numbers are taken to come from, or its name.
        known: where they come from; None if no file says so.
        options: which protocol was asked for.

    Raises:
        InvalidMetricError: they come from other weights than the extractor of that name has.
    """
    if known is not None and known.weights_digest:
        check_weights(known.extractor, known.weights_digest)
    name = key.name if isinstance(key, Extractor) else key
    titles = {entry.name: entry.title for entry in EXTRACTORS}
    title = key.title if isinstance(key, Extractor) else titles.get(name, name)
    protocol = options.protocol or (known.protocol if known else "")
    settings = get_protocol(protocol).settings if protocol else {}
    origin = replace(known, count=0, output=FEATURES) if known else Provenance(name, "", protocol, "", 0)
    return ExtractorFacts(title, origin, settings)


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


def _load(name: str, outputs: frozenset[str], options: ExtractorOptions) -> Extractor:
    check_device(options.device)
    request = replace(options.request, outputs=outputs)
    device = torch.device(options.device)
    return open_extractor(name, request, device, backend=options.backend, precision=options.precision)
