"""A contest: what discriminators say of generators' samples and of real images."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.evidence.kinds import Images
from metrics.evidence.networks import Contest, DiscriminatorLike, GeneratorLike, to_range

BATCH_IMAGES = 64


def contest(
    discriminators: Sequence[DiscriminatorLike],
    generators: Mapping[str, GeneratorLike],
    images: Images,
    *,
    samples: int = 1000,
    seed: int = 0,
) -> Contest:
    """Let every discriminator judge every generator's samples, and real images.

    Args:
        discriminators: the judges; one trained with a generator has its name.
        generators: by name.
        images: real images of the networks' size, best ones that none of them was trained on.
        samples: number of samples of each generator.
        seed: fixes them.
    """
    starts = range(0, images.count, BATCH_IMAGES)
    read = images.source.read
    return Contest(
        discriminators=tuple(judge.name for judge in discriminators),
        generators=tuple(generators),
        on_generated=torch.stack(
            [
                torch.stack([_judge(judge, one.iter_samples(samples, seed)) for one in generators.values()])
                for judge in discriminators
            ]
        ),
        on_real=torch.stack(
            [
                _judge(judge, (torch.stack(read(start, start + BATCH_IMAGES)) for start in starts))
                for judge in discriminators
            ]
        ),
    )


def _judge(judge: DiscriminatorLike, batches: Iterable[Tensor]) -> Float[Tensor, " n"]:
    """Probabilities, by a judge, that images are real."""
    with torch.no_grad():
        logits = [judge(to_range(batch, judge.image_range)) for batch in batches]
    return torch.cat(logits).double().sigmoid()
