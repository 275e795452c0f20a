"""α-precision, β-recall, authenticity: typical images, covered typical images, and images that are no copies.

Alaa, van Breugel, Saveliev, van der Schaar: How Faithful is your Synthetic Data? Sample-level Metrics for
Evaluating and Auditing Generative Models, ICML 2022, arXiv:2102.08921.

The typical set is a ball around the mean in the extractor's features, where the paper trains a one-class
embedding first: many modes far apart are one ball here. α-precision sees only distances from the centre.
"""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.counts import require_images
from metrics.statistics.coverage_curves import closeness_to_diagonal
from metrics.statistics.neighbours import neighbour_table
from metrics.statistics.resampling import Interval, groups_of, jackknife, wilson_interval, without
from metrics.statistics.shared_neighbours import HOW, linked_share_interval

GROUPS = 20
BLOCK_ROWS = 4096
NULL_NOTE = "New real images score near 0.5: below is a sign of copying, far above one of unlikeness."


@register(
    name="alpha_precision",
    title="α-precision, β-recall, authenticity",
    paper="arXiv:2102.08921",
    quantities=[
        Quantity("alpha_precision", better="higher", ideal=1.0, senses={"fidelity"}, title="α-precision"),
        Quantity("beta_recall", better="higher", ideal=1.0, senses={"diversity"}, title="β-recall"),
        Quantity("authenticity", better="higher", ideal=math.inf, senses={"novelty"}, title="Authenticity"),
    ],
)
def alpha_precision(
    reference: Features, generated: Features, *, seed: int = 0, memory_gib: float = 2.0
) -> dict[str, Measured]:
    """1 - 2 ∫ |a - P(a)| da of two curves, and the share of authentic images.

    For α-precision P(a) is the share of generated images in the ball around the real mean that holds the
    share a of the real ones. For β-recall it is the share of real images that have a generated image nearer
    than their nearest real one, within the ball that holds a of those nearest generated images. An image is
    authentic if it is farther from the nearest real image than that one's nearest real neighbour is.

    Args:
        reference: features of the training images (n, d).
        generated: features of the generated images (m, d).
        seed: fixes the groups of the jackknife.
        memory_gib: what may be used beside the features, GiB.

    Returns:
        `alpha_precision`, `beta_recall` and `authenticity`, each in [0, 1].

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        TooFewSamplesError: a set has fewer than two images.

    Source: Alaa et al. 2022, sections 3 and 4, without the embedding; checked against numpy.
    """
    require_images(2, reference, generated)
    memory = int(memory_gib * 2**30)
    own = neighbour_table(reference, reference, 1, memory)
    to_generated, to_real = (
        neighbour_table(*pair, 1, memory) for pair in ((reference, generated), (generated, reference))
    )
    covered = (to_generated.distances <= own.distances)[:, 0].double()
    original = to_real.indices[:, 0]
    authentic = (own.distances[original, 0] < to_real.distances[:, 0]).double()
    low, high = linked_share_interval(authentic, original, own.indices[:, 0])
    return {
        "alpha_precision": _precision(reference, generated, seed),
        "beta_recall": _recall(generated, to_generated.indices[:, 0], covered, seed),
        "authenticity": Measured(
            float(authentic.mean()), low=low, high=high, notes=(NULL_NOTE,), interval=HOW
        ),
    }


def _precision(reference: Features, generated: Features, seed: int) -> Measured:
    groups, made_groups = (groups_of(item.count, GROUPS, seed) for item in (reference, generated))
    centres = _means_with_and_without(reference, groups)
    real, made = (_distances_from(centres, item) for item in (reference, generated))
    value = closeness_to_diagonal(made[:, 0], real[:, 0], torch.ones_like(made[:, 0]))
    left = []
    for number, pair in enumerate(zip(groups, made_groups, strict=False), start=1):
        kept, made_kept = (without(group, len(rows)) for group, rows in zip(pair, (real, made), strict=True))
        values = made[made_kept, number]
        left.append(closeness_to_diagonal(values, real[kept, number], torch.ones_like(values)))
    ends = jackknife(torch.tensor(left, dtype=torch.float64), value)
    how = f"jackknife over {GROUPS} groups of images, each with its own centre"
    return _measured(value, ends, len(made), how)


def _recall(
    generated: Features, likest: Int[Tensor, " n"], covered: Float[Tensor, " n"], seed: int
) -> Measured:
    centre = generated.values.mean(dim=0, keepdim=True, dtype=torch.float64)
    values = _distances_from(centre, generated)[likest, 0]
    value = closeness_to_diagonal(values, values, covered)
    # Real images are covered by generated ones that they share, or, of a collapsed set, by one and the same.
    by_real = _dealt(len(values), seed)
    ends = [
        jackknife(_closeness_without(values, covered, dealt), value)
        for dealt in (by_real, _dealt(generated.count, seed)[likest])
        if len(dealt.unique()) > 1
    ]
    lows, highs = zip(*ends, strict=True)
    how = f"jackknife over {GROUPS} groups of real images, or of those by the generated image nearest"
    return _measured(value, (min(lows), max(highs)), len(values), how)


def _dealt(count: int, seed: int) -> Int[Tensor, " n"]:
    """The number of each image's group."""
    numbers = torch.empty(count, dtype=torch.int64)
    for number, group in enumerate(groups_of(count, GROUPS, seed)):
        numbers[group] = number
    return numbers


def _closeness_without(
    values: Float[Tensor, " n"], covered: Float[Tensor, " n"], dealt: Int[Tensor, " n"]
) -> Float[Tensor, " g"]:
    kept = [dealt != number for number in dealt.unique().tolist()]
    left = [closeness_to_diagonal(values[rows], values[rows], covered[rows]) for rows in kept]
    return torch.tensor(left, dtype=torch.float64)


def _measured(value: float, ends: Interval, count: int, how: str) -> Measured:
    if ends[0] == ends[1]:  # no group differs: like a share that no image contradicts
        ends = wilson_interval(value * count, count)
    return Measured(value, low=max(0.0, ends[0]), high=min(1.0, ends[1]), interval=how)


def _means_with_and_without(features: Features, groups: Sequence[Tensor]) -> Float[Tensor, "c d"]:
    """The mean of a set, and that without each of its groups."""
    total = features.values.sum(dim=0, dtype=torch.float64)
    left = [
        (total - features.values[group].sum(dim=0, dtype=torch.float64)) / (features.count - len(group))
        for group in groups
    ]
    return torch.stack([total / features.count, *left])


def _distances_from(centres: Float[Tensor, "c d"], features: Features) -> Float[Tensor, "n c"]:
    """Distance of each image from each of some places close together, float64."""
    shifts = centres - centres[0]
    parts = []
    for block in features.values.split(BLOCK_ROWS):
        rest = block - centres[0]
        squares = rest.square().sum(dim=1, keepdim=True)
        parts.append(squares - 2 * rest @ shifts.T + shifts.square().sum(dim=1))
    return torch.cat(parts).clamp_(min=0).sqrt_()
