"""α-precision, β-recall, authenticity: typical images, covered typical images, and images that are no copies.

Alaa, van Breugel, Saveliev, van der Schaar: How Faithful is your Synthetic Data? Sample-level Metrics for
Evaluating and Auditing Generative Models, ICML 2022, arXiv:2102.08921.

The typical set is a ball around the mean in the extractor's features, where the paper trains a one-class
embedding first: many modes far apart are one ball here. α-precision sees only distances from the centre.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.registry import Measured, Quantity, register
from metrics.statistics.counts import require_images
from metrics.statistics.coverage_curves import closeness_to_diagonal
from metrics.statistics.neighbours import neighbour_table, radii
from metrics.statistics.resampling import groups_of, jackknife, wilson_interval, without
from metrics.types import Features

GROUPS = 20
BLOCK_ROWS = 4096


@register(
    name="alpha_precision",
    title="α-precision, β-recall, authenticity",
    paper="arXiv:2102.08921",
    quantities=[
        Quantity("alpha_precision", better="higher", ideal=1.0, senses={"fidelity"}, title="α-precision"),
        Quantity("beta_recall", better="higher", ideal=1.0, senses={"diversity"}, title="β-recall"),
        Quantity("authenticity", better="higher", ideal=math.inf, senses=set(), title="Authenticity"),
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
    own = radii(reference, 1, memory)
    to_generated, to_real = (
        neighbour_table(*pair, 1, memory) for pair in ((reference, generated), (generated, reference))
    )
    typical_real, typical = (_distances_from_mean(reference, item) for item in (reference, generated))
    nearest = _distances_from_mean(generated, generated)[to_generated.indices[:, 0]]
    covered = (to_generated.distances[:, 0] <= own).double()
    authentic = float((own[to_real.indices[:, 0]] < to_real.distances[:, 0]).sum())
    low, high = wilson_interval(authentic, generated.count)
    return {
        "alpha_precision": _curve(typical, typical_real, torch.ones_like(typical), seed),
        "beta_recall": _curve(nearest, nearest, covered, seed),
        "authenticity": Measured(
            authentic / generated.count,
            low=low,
            high=high,
            notes=(
                "New real images score near 0.5: below is a sign of copying, far above one of unlikeness.",
            ),
            interval="binomial (Wilson) over generated images, the real ones as they are",
        ),
    }


def _curve(
    values: Float[Tensor, " n"], others: Float[Tensor, " m"], counted: Float[Tensor, " n"], seed: int
) -> Measured:
    value = closeness_to_diagonal(values, others, counted)
    groups = zip(groups_of(len(values), GROUPS, seed), groups_of(len(others), GROUPS, seed), strict=False)
    left = []
    for group, other_group in groups:
        kept = without(group, len(values))
        left.append(
            closeness_to_diagonal(values[kept], others[without(other_group, len(others))], counted[kept])
        )
    low, high = jackknife(torch.tensor(left, dtype=torch.float64), value)
    how = f"jackknife over {GROUPS} groups of images, centres and neighbours as they are"
    return Measured(value, low=max(0.0, low), high=min(1.0, high), interval=how)


def _distances_from_mean(of: Features, features: Features) -> Float[Tensor, " n"]:
    """Distance of each image from the mean of a set, float64."""
    mean = of.values.mean(dim=0, dtype=torch.float64)
    blocks = features.values.split(BLOCK_ROWS)
    return torch.cat([torch.linalg.vector_norm(block - mean, dim=1) for block in blocks])
