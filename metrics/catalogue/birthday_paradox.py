"""Birthday paradox test: how many different images a generator makes, told from how soon it repeats itself.

Arora, Zhang: Do GANs actually learn the distribution? An empirical study, 2017, arXiv:1706.08224.

In the paper people say which of the nearest pairs are duplicates; a threshold on features says so only
roughly, so look at the pairs themselves (`evaluate --pairs DIR` shows them side by side). It presumes that
all images of the support are equally likely: a few frequent ones among many rare ones make it small. It says
nothing of fidelity.
"""

import math
from typing import Annotated

from jaxtyping import Int
from torch import Tensor

from metrics.errors import InvalidSettingError, TooFewSamplesError
from metrics.evidence.kinds import Features
from metrics.evidence.pairs import ImagePairs
from metrics.registry.metric import Measured, Quantity, register
from metrics.registry.signatures import Range
from metrics.statistics.duplicates import count_pairs_within, nearest_pairs, support_interval, support_size
from metrics.statistics.neighbours import radii
from metrics.statistics.ordering import at_most, rows_used


@register(
    name="birthday_paradox",
    title="Birthday paradox support size",
    paper="arXiv:1706.08224",
    quantities=[
        Quantity("support_size", better="higher", ideal=math.inf, senses={"diversity"}, title="Support size"),
    ],
)
def birthday_paradox(
    reference: Features,
    generated: Features,
    *,
    images: int = 10_000,
    threshold: float = 0.0,
    alike: float = 0.05,
    pairs: Annotated[int, Range(0)] = 20,
    seed: int = 0,
) -> dict[str, Measured]:
    """n(n - 1)/(2 D), where D of the pairs among n generated images are duplicates.

    Args:
        reference: features of the real images (n, d), which tell how near unlike images may be.
        generated: features of the generated images (m, d).
        images: most images used of either set; equally many are used of both.
        threshold: distance below which two images are duplicates; 0 takes the distance below which the share
            `alike` of the real images has its nearest real neighbour.
        alike: that share, between 0 and 1.
        pairs: number of nearest pairs of generated images that are given for people to judge.
        seed: fixes which images are left out.

    Returns:
        `support_size`, above 0; with no duplicate, the size at which n images have one with probability 1/2.
        Its interval is that of a Poisson number of duplicates, without an upper end where there is none.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        InvalidSettingError: a share outside (0, 1).
        TooFewSamplesError: a set has fewer than two images.

    Source: Arora and Zhang 2017, sections 2 and 3; checked against scipy's pdist and the birthday problem.
    """
    if not 0 < alike < 1:
        raise InvalidSettingError(
            f"The share of real images with a duplicate is {alike}; give one in (0, 1)."
        )
    size = min(images, reference.count, generated.count)
    if size < 2:
        raise TooFewSamplesError(f"{size} images make no pair; give at least 2 of each set.")
    made, real = at_most(generated, size, seed), at_most(reference, size, seed)
    radius = threshold or _usual_distance(real, alike)
    duplicates = count_pairs_within(made, radius)
    low, high = support_interval(duplicates, size)
    among_real = count_pairs_within(real, radius)
    note = (
        f"{duplicates:,} pairs of {size:,} generated images are at most {radius:.4g} apart; of as many real "
        f"images {among_real:,}, which by the same rule gives them {support_size(among_real, size):,.0f}."
    )
    found = Measured(
        support_size(duplicates, size),
        low=low,
        high=high,
        notes=(note,),
        interval="Poisson number of duplicate pairs",
        pairs=_nearest(made, rows_used(generated, size, seed), pairs),
    )
    return {"support_size": found}


def _nearest(made: Features, numbers: Int[Tensor, " n"], pairs: int) -> ImagePairs:
    """The nearest pairs, by the images' numbers in the whole set."""
    found = nearest_pairs(made, pairs)
    ends = numbers[found.first], numbers[found.second]
    return ImagePairs.of(("generated", "generated"), *ends, found.distances)


def _usual_distance(real: Features, share: float) -> float:
    """The distance below which this share of the real images has its nearest other one."""
    own = radii(real, 1)
    return float(own.sort().values[math.floor(share * len(own))])
