"""Density and coverage: how many real neighbourhoods hold a generated image, and how many hold at least one.

Naeem, Oh, Uh, Choi, Yoo: Reliable Fidelity and Diversity Metrics for Generative Models, ICML 2020,
arXiv:2002.09797.

Density is no share: it may exceed 1, and rises when images crowd where real ones are dense. Neither notices
memorised images. Coverage of a perfect generator is below 1, by as much as the numbers of images say.
"""

from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.counts import require_images
from metrics.statistics.manifolds import held
from metrics.statistics.resampling import mean_interval, wilson_interval


@register(
    name="density_coverage",
    title="Density and coverage",
    paper="arXiv:2002.09797",
    quantities=[
        Quantity("density", better="higher", ideal=1.0, senses={"fidelity"}, title="Density"),
        Quantity("coverage", better="higher", ideal=1.0, senses={"fidelity", "diversity"}, title="Coverage"),
    ],
    selections={"paper"},
)
def density_coverage(
    reference: Features, generated: Features, *, neighbours: int = 5, memory_gib: float = 2.0
) -> dict[str, Measured]:
    """How many balls |x - y| < NN_k(y) of real y hold a generated x, over k, and how many hold any.

    NN_k(y) is the distance of a real image to its k-th nearest real neighbour, itself not counted.

    Args:
        reference: features of the real images (n, d).
        generated: features of the generated images (m, d).
        neighbours: k.
        memory_gib: what may be used beside the features, GiB.

    Returns:
        `density`, at least 0 and 1 on average for two sets from one distribution; `coverage` in [0, 1].

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        TooFewSamplesError: no more than k real images, or fewer than two generated ones.

    Source: Naeem et al. 2020, section 3; checked against prdc.
    """
    require_images(2, reference, generated)
    memory = int(memory_gib * 2**30)
    made = held(generated, reference, neighbours, memory)
    density = made.open.double() / neighbours
    covered = float(made.is_filled.sum())
    density_ends, coverage_ends = mean_interval(density), wilson_interval(covered, reference.count)
    mean = float(density.mean())
    expected = expected_coverage(reference.count, generated.count, neighbours)
    return {
        "density": Measured(
            mean,
            low=density_ends[0],
            high=density_ends[1],
            notes=() if mean <= 1 else ("Density may exceed 1: more than that is not better than real.",),
            interval="normal, over generated images, the neighbourhoods taken as they are",
        ),
        "coverage": Measured(
            covered / reference.count,
            low=coverage_ends[0],
            high=coverage_ends[1],
            notes=(
                f"A perfect generator's coverage at these numbers of images is {expected:.3f} on average.",
            ),
            interval="binomial (Wilson) over real images, the generated ones as they are",
        ),
    }


def expected_coverage(real: int, generated: int, neighbours: int) -> float:
    """Mean coverage of two sets from one distribution: 1 - prod over i < k of (n - 1 - i) / (n + m - 1 - i).

    A real image is missed if the k nearest of all other images, real and generated, are real.

    Source: Naeem et al. 2020, section 3.3.
    """
    missed = 1.0
    for i in range(neighbours):
        missed *= (real - 1 - i) / (real + generated - 1 - i)
    return 1 - missed
