"""Nearest neighbours, both ways: from generated images to the real ones, and from real ones to the generated.

Xu, Huang, Yuan, Guo, Sun, Wu, Weinberger: An empirical study on evaluation metrics of generative adversarial
networks, 2018, arXiv:1806.07755; both distances are parts of what it compares.

A small distance from generated to real may be quality or memory: look at the pairs, which
`metrics.statistics.neighbours.nearest` gives. Distances have the unit of the features and fall as the other
set grows.
"""

from metrics.registry import Measured, Quantity, register
from metrics.statistics.counts import require_images
from metrics.statistics.neighbours import neighbour_table
from metrics.statistics.resampling import mean_interval
from metrics.types import Features


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
    reference: Features, generated: Features, *, memory_gib: float = 2.0
) -> dict[str, Measured]:
    """Mean over one set of the Euclidean distance to the nearest image of the other.

    Args:
        reference: features of the real images (n, d).
        generated: features of the generated images (m, d).
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
    return {
        "nearest_real_distance": _mean_distance(generated, reference, memory),
        "nearest_generated_distance": _mean_distance(reference, generated, memory),
    }


def _mean_distance(one: Features, other: Features, memory_bytes: int) -> Measured:
    distances = neighbour_table(one, other, 1, memory_bytes).distances[:, 0]
    low, high = mean_interval(distances)
    return Measured(
        float(distances.mean()),
        low=max(0.0, low),
        high=high,
        interval="normal, over images, the other set taken as it is",
    )
