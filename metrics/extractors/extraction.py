"""One pass of an extractor over a set of images, in chunks that a cache keeps."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

import torch
from torch import Tensor

from metrics.cache import CacheEntry, FeatureCache
from metrics.distributed import ALONE, Workers
from metrics.evidence.kinds import Images, Provenance
from metrics.extractors.reading import Batch, reading_ahead
from metrics.extractors.registry import Extractor
from metrics.extractors.threads import available_cores
from metrics.images.protocols import Protocol

BATCH_IMAGES = 8  # a larger one is slower on a CPU, whose caches it overflows
BATCH_IMAGES_ON_ACCELERATOR = 64
CHUNK_IMAGES = 256
READERS_ON_ACCELERATOR = 8

Advance = Callable[[int], None]


@dataclass(frozen=True)
class Pass:
    """An extractor about to go over a set of images.

    Attributes:
        images: what is looked at.
        extractor: what looks.
        protocol: how images are prepared for it.
        cache: where chunks are kept, or None.
        outputs: the outputs wanted; none named means all that the extractor gives.
        workers: the processes that share the work.
    """

    images: Images
    extractor: Extractor
    protocol: Protocol
    cache: FeatureCache | None = None
    outputs: frozenset[str] = frozenset()
    workers: Workers = ALONE

    @property
    def wanted(self) -> frozenset[str]:
        """The outputs that this pass gives."""
        return self.outputs or self.extractor.outputs

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
            backend=self.extractor.backend,
        )

    def chunks(self, advance: Advance) -> Iterator[dict[str, Tensor]]:
        """The outputs wanted for consecutive images, in order, on the CPU; only the leader may ask.

        Args:
            advance: called with the number of images done since its last call; an exception that it raises
                ends the pass, and chunks finished by then stay in the cache.
        """
        spans = self._spans()
        for first, own in self._own_chunks(advance):
            yield own
            for rank, (start, stop) in enumerate(spans[first + 1 : first + self.workers.size], start=1):
                received = self.workers.receive(rank, stop - start, own)
                advance(stop - start)
                yield received

    def contribute(self, advance: Advance) -> None:
        """Do a follower's share of the pass that the leader asks `chunks` of."""
        for _, chunk in self._own_chunks(advance):
            self.workers.send(chunk)

    def _spans(self) -> list[tuple[int, int]]:
        return list(pairwise([*range(0, self.images.count, CHUNK_IMAGES), self.images.count]))

    def _own_chunks(self, advance: Advance) -> Iterator[tuple[int, dict[str, Tensor]]]:
        """Number and outputs of the chunks that this process has to make, or finds in the cache."""
        spans = dict(list(enumerate(self._spans()))[self.workers.rank :: self.workers.size])
        entry = self.cache.entry({**self.provenance.as_dict(), "chunk": CHUNK_IMAGES}) if self.cache else None
        missing = {index for index in spans if entry is None or not entry.has(index, self.wanted)}
        batches = {index: self._batches(*span) for index, span in spans.items()}
        planned = [batch for index in spans if index in missing for batch in batches[index]]
        with reading_ahead(self.images.source, planned, threads=self._readers) as ahead:
            for index, (start, stop) in spans.items():
                known = None if entry is None or index in missing else self._known(entry, index, stop - start)
                if known is not None:
                    advance(stop - start)
                    yield index, known
                    continue
                if index in missing:
                    images: Iterator[Batch] = islice(ahead, len(batches[index]))
                else:  # a chunk that seemed to be there was damaged, or has just been removed
                    images = itertools.starmap(self.images.source.read, batches[index])
                made = self._extract(images, advance)
                if entry is not None:
                    entry.write(index, made)
                yield index, made
        if self.cache is not None and missing:
            self.cache.trim(now=time.time())

    def _batches(self, start: int, stop: int) -> list[tuple[int, int]]:
        size = BATCH_IMAGES if self._on_cpu else BATCH_IMAGES_ON_ACCELERATOR
        return list(pairwise([*range(start, stop, size), stop]))

    @property
    def _on_cpu(self) -> bool:
        return self.extractor.device.type == "cpu"

    @property
    def _readers(self) -> int:
        # On a CPU, the network has a use for every core; one thread ahead hides the wait for the disk.
        return 1 if self._on_cpu else min(available_cores(), READERS_ON_ACCELERATOR)

    def _known(self, entry: CacheEntry, index: int, rows: int) -> dict[str, Tensor] | None:
        tensors = entry.read(index, self.wanted)
        return tensors if tensors and all(len(tensor) == rows for tensor in tensors.values()) else None

    def _extract(self, batches: Iterator[Batch], advance: Advance) -> dict[str, Tensor]:
        made: dict[str, list[Tensor]] = {name: [] for name in sorted(self.wanted)}
        for images in batches:
            outputs = self.extractor.look(self.protocol.prepare(self._moved(images), self.extractor.size_px))
            for name, parts in made.items():
                parts.append(outputs[name].cpu())
            advance(len(images))
        return {name: torch.cat(parts) for name, parts in made.items()}

    def _moved(self, images: Batch) -> Batch:
        """The images where the network is: there, resizing costs nothing."""
        return images if self._on_cpu else [image.to(self.extractor.device) for image in images]
