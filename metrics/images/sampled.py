"""Sets of images that a generator draws when they are needed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from jaxtyping import UInt8
from torch import Tensor

from metrics.errors import TooFewSamplesError
from metrics.evidence.kinds import Images
from metrics.evidence.networks import GeneratorLike


@dataclass(frozen=True, eq=False)
class SampledImages:
    """Images 0 to `count` - 1 of a generator under a seed."""

    generator: GeneratorLike = field(repr=False)
    count: int
    seed: int

    def __len__(self) -> int:
        return self.count

    def read(self, start: int, stop: int) -> list[UInt8[Tensor, "3 _h _w"]]:
        """Images `start` to `stop` (exclusive); grey is repeated in three channels."""
        size = min(stop, self.count) - start
        return list(self.generator.sample(size, self.seed, start=start).expand(-1, 3, -1, -1))

    def name(self, index: int) -> str:
        """Which sample under which seed."""
        return f"seed {self.seed}, sample {index}"


def sample_images(generator: GeneratorLike, count: int, seed: int) -> Images:
    """A set of a generator's images, drawn when they are read.

    Args:
        generator: what draws them.
        count: number of images.
        seed: same seed, same images.

    Raises:
        TooFewSamplesError: a count below 1.
    """
    if count < 1:
        raise TooFewSamplesError(f"{count} samples of a generator can't be measured; ask for at least 1.")
    source = SampledImages(generator, count, seed)
    return Images(source, _digest(source))


def _digest(source: SampledImages) -> str:
    total = hashlib.sha256(f"sampled {source.count} {source.seed}".encode())
    origin = dict(source.generator.provenance)
    if _identifies(origin):
        total.update(json.dumps(origin, sort_keys=True, default=str).encode())
    else:  # two generators may say the same of themselves: only their images tell them apart
        for images in source.generator.iter_samples(source.count, source.seed):
            total.update(images.contiguous().cpu().numpy().tobytes())
    return total.hexdigest()


def _identifies(origin: dict[str, Any]) -> bool:
    return any("sha256" in name or "digest" in name for name in origin)
