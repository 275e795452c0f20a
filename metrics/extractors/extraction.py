"""One pass of an extractor over a set of images, in chunks that a cache keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from metrics.cache import CacheEntry, FeatureCache
from metrics.extractors.registry import Extractor
from metrics.extractors.threads import limited_threads
from metrics.images.protocols import Protocol
from metrics.types import Images, Provenance

BATCH_IMAGES = 8  # a larger one is slower on a CPU, whose caches it overflows
BATCH_IMAGES_ON_ACCELERATOR = 64
CHUNK_IMAGES = 256


@dataclass(frozen=True)
class Pass:
    """An extractor about to go over a set of images.

    Attributes:
        images: what is looked at.
        extractor: what looks.
        protocol: how images are prepared for it.
        cache: where chunks are kept, or None.
    """

    images: Images
    extractor: Extractor
    protocol: Protocol
    cache: FeatureCache | None = None

    @property
    def provenance(self) -> Provenance:
        """Where the pass's numbers come from."""
        return Provenance(
            extractor=self.extractor.name,
            weights_digest=self.extractor.weights_digest,
            protocol=self.protocol.name,
            dtype=self.extractor.dtype,
            count=self.images.count,
            images_digest=self.images.digest,
        )

    def chunks(self, advance: Callable[[int], None]) -> Iterator[dict[str, Tensor]]:
        """The network's outputs for consecutive images, in order, on the CPU.

        Args:
            advance: called with the number of images done since its last call; an exception that it raises
                ends the pass, and chunks finished by then stay in the cache.
        """
        entry = self.cache.entry({**self.provenance.as_dict(), "chunk": CHUNK_IMAGES}) if self.cache else None
        for index, start in enumerate(range(0, self.images.count, CHUNK_IMAGES)):
            stop = min(start + CHUNK_IMAGES, self.images.count)
            known = self._known(entry, index, stop - start)
            if known is not None:
                advance(stop - start)
                yield known
                continue
            outputs = self._extract(start, stop, advance)
            if entry is not None:
                entry.write(index, outputs)
            yield outputs

    def _known(self, entry: CacheEntry | None, index: int, rows: int) -> dict[str, Tensor] | None:
        tensors = entry.read(index) if entry is not None else None
        if tensors is None or not self.extractor.outputs <= tensors.keys():
            return None
        return tensors if all(len(tensor) == rows for tensor in tensors.values()) else None

    def _extract(self, start: int, stop: int, advance: Callable[[int], None]) -> dict[str, Tensor]:
        batches: list[dict[str, Tensor]] = []
        size = BATCH_IMAGES if self.extractor.device.type == "cpu" else BATCH_IMAGES_ON_ACCELERATOR
        for first in range(start, stop, size):
            last = min(first + size, stop)
            pixels = self.protocol.prepare(self.images.source.read(first, last), self.extractor.size_px)
            # TensorFloat-32 would cost three digits of every feature.
            with limited_threads(), torch.no_grad(), torch.backends.cudnn.flags(allow_tf32=False):
                outputs = self.extractor.network(pixels.to(self.extractor.device))
            batches.append({name: outputs[name].cpu() for name in self.extractor.outputs})
            advance(last - first)
        return {name: torch.cat([batch[name] for batch in batches]) for name in self.extractor.outputs}
