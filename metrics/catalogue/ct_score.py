"""C_T score: whether generated images lie nearer to the training images than new real images do.

Meehan, Chaudhuri, Dasgupta: A Non-Parametric Test to Detect Data-Copying in Generative Models, AISTATS 2020,
arXiv:2004.05675.

Neither direction is better: far below 0 is copying, far above 0 underfitting, and both can cancel within a
cell. As a test statistic it grows with the number of images, so compare values of equally many only.
"""

import math
from collections.abc import Sequence

from metrics.errors import TooFewSamplesError
from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.clusters import kmeans, nearest_centre
from metrics.statistics.counts import require_images
from metrics.statistics.mann_whitney import Comparison, mann_whitney
from metrics.statistics.neighbours import neighbour_table
from metrics.statistics.ordering import shuffled

CLUSTERED_IMAGES = 5000


@register(
    name="ct_score",
    title="C_T score of data-copying",
    paper="arXiv:2004.05675",
    quantities=[Quantity("ct_score", better="higher", ideal=0.0, senses={"novelty"})],
)
def ct_score(
    reference: Features,
    held_out: Features,
    generated: Features,
    *,
    cells: int = 3,
    least: int = 20,
    seed: int = 0,
    memory_gib: float = 2.0,
) -> dict[str, Measured]:
    """Mean over cells of Z, the Mann-Whitney statistic of distances to the nearest training image.

    The cells are k-means clusters of the training images; each counts by its share of held-out images, and
    Z compares the generated images in it with the held-out ones in it.

    Args:
        reference: features of the training images (n, d).
        held_out: features of real images that were not trained on (l, d).
        generated: features of the generated images (m, d).
        cells: number of cells; 1 is the global test.
        least: a cell counts only if it has so many held-out and so many generated images.
        seed: fixes the cells, which are found on up to 5,000 training images.
        memory_gib: what may be used beside the features, GiB.

    Returns:
        `ct_score`: normal with mean 0 for generated images as new as the held-out ones; below -3 copying.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        TooFewSamplesError: no cell has enough images of both sets.

    Source: Meehan et al. 2020, section 4; checked against SciPy.
    """
    require_images(2, reference, held_out, generated)
    memory = int(memory_gib * 2**30)
    distances = [
        neighbour_table(item, reference, 1, memory).distances[:, 0] for item in (generated, held_out)
    ]
    centres = kmeans(shuffled(reference.values, seed, limit=CLUSTERED_IMAGES), cells, seed=seed).centres
    members = [nearest_centre(item.values, centres) for item in (generated, held_out)]
    found = []
    for cell in range(cells):
        made, real = (part[own == cell] for part, own in zip(distances, members, strict=True))
        if min(len(made), len(real)) >= least:
            found.append((len(real), mann_whitney(made, real)))
    if not found:
        raise TooFewSamplesError(
            f"No cell holds {least} generated and {least} held-out images; give more images or fewer cells."
        )
    thin = cells - len(found)
    notes = (f"{thin} of {cells} cells have too few images to count.",) if thin else ()
    return {"ct_score": _mean_of(found, notes)}


def _mean_of(found: Sequence[tuple[int, Comparison]], notes: tuple[str, ...]) -> Measured:
    """The mean over cells, each by its number of held-out images.

    Its ends are as far off as the cells' independent errors add up to (Zou and Donner 2008).
    """
    total = sum(count for count, _ in found)
    score = sum(count * cell.z for count, cell in found) / total
    below = math.hypot(*(count * (cell.z - cell.low) for count, cell in found)) / total
    above = math.hypot(*(count * (cell.high - cell.z) for count, cell in found)) / total
    how = "Wilson on the variance of placements, cells as they are"
    return Measured(score, low=score - below, high=score + above, notes=notes, interval=how)
