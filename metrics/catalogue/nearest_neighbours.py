"""Nearest neighbours, both ways: from generated images to the real ones, and from real ones to the generated.

Xu, Huang, Yuan, Guo, Sun, Wu, Weinberger: An empirical study on evaluation metrics of generative adversarial
networks, 2018, arXiv:1806.07755; both distances are parts of what it compares.

A small distance from generated to real may be quality or memory: look at the nearest pairs
(`evaluate --pairs DIR` shows them side by side). Distances have the unit of the features and fall as the
other set grows.
"""

from typing import Annotated

from metrics.evidence.kinds import Features
from metrics.evidence.pairs import ImagePairs
from metrics.registry.metric import Measured, Quantity, register
from metrics.registry.signatures import Range
from metrics.statistics.counts import require_images
from metrics.statistics.neighbours import Neighbours, neighbour_table
from metrics.statistics.resampling import mean_interval


@register(
    name="nearest_neighbours",
    title="Nearest neighbours",
    paper="arXiv:1806.07755",
    quantities=[
        Quantity(
            "nearest_real_distance",
            better="lower",
            ideal=0.0,
            senses={"fidelity"},
            title="Distance from generated to nearest real",
        ),
        Quantity(
            "nearest_generated_distance",
            better="lower",
            ideal=0.0,
            senses={"fidelity", "diversity"},
            title="Distance from real to nearest generated",
        ),
    ],
)
def nearest_neighbours(
    reference: Features, generated: Features, *, pairs: Annotated[int, Range(0)] = 20, memory_gib: float = 2.0
) -> dict[str, Measured]:
    """Mean over one set of the Euclidean distance to the nearest image of the other.

    Args:
        reference: features of the real images (n, d).
        generated: features of the generated images (m, d).
        pairs: number of nearest pairs of either direction that are given for people to look at.
        memory_gib: what may be used beside the features, GiB.

    Returns:
        `nearest_real_distance` and `nearest_generated_distance`, at least 0.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        TooFewSamplesError: a set has fewer than two images.

    Source: checked against scikit-learn's NearestNeighbors.
    """
    require_images(2, reference, generated)
    memory = int(memory_gib * 2**30)
    to_real, to_generated = (
        neighbour_table(one, other, 1, memory)
        for one, other in ((generated, reference), (reference, generated))
    )
    return {
        "nearest_real_distance": _mean_distance(to_real, ("generated", "reference"), pairs),
        "nearest_generated_distance": _mean_distance(to_generated, ("reference", "generated"), pairs),
    }


def _mean_distance(table: Neighbours, roles: tuple[str, str], pairs: int) -> Measured:
    distances = table.distances[:, 0]
    low, high = mean_interval(distances)
    closest = distances.argsort(stable=True)[:pairs]
    ends = closest, table.indices[closest, 0]
    return Measured(
        float(distances.mean()),
        low=max(0.0, low),
        high=high,
        interval="normal, over images, the other set taken as it is",
        pairs=ImagePairs.of(roles, *ends, distances[closest]),
    )
