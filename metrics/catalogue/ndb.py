"""Number of statistically different bins: in how many cells of the real data the generator has another share.

Richardson, Weiss: On GANs and GMMs, NeurIPS 2018, arXiv:1805.12462.

It sees shares of cells, not what images within a cell look like, and with ever more images every bin comes to
differ: compare numbers from equally many images, beside the calibration row, which splits the real images in
two.
"""

import math

import torch
from jaxtyping import Float, Int
from scipy import stats
from torch import Tensor

from metrics.errors import InvalidSettingError, TooFewSamplesError
from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.bins import differing_bins, share_divergence
from metrics.statistics.clusters import kmeans, nearest_centre
from metrics.statistics.ordering import shuffled
from metrics.statistics.resampling import groups_of, jackknife, wilson_interval

IMAGES_PER_BIN = 10
GROUPS = 20


@register(
    name="ndb",
    title="Number of different bins",
    paper="arXiv:1805.12462",
    quantities=[
        Quantity("ndb", better="lower", ideal=0.0, senses={"diversity"}),
        Quantity(
            "ndb_js",
            better="lower",
            ideal=0.0,
            senses={"diversity"},
            title="Jensen-Shannon divergence of bins",
        ),
        Quantity(
            "ndb_real",
            better="lower",
            ideal=0.0,
            judges="halves of the real images",
            title="Number of different bins between halves of the real images",
        ),
    ],
)
def ndb(
    reference: Features,
    generated: Features,
    *,
    bins: int = 100,
    significance: float = 0.05,
    images: int = 20_000,
    seed: int = 0,
) -> dict[str, Measured]:
    """Bins of a k-means of the real images whose shares differ by a two-proportion z-test.

    Args:
        reference: features of the real images (n, d), whose k-means makes the bins.
        generated: features of the generated images (m, d), each put into the bin of its nearest centre.
        bins: number of bins; made fewer, with a note, where a set has fewer than 10 images for each.
        significance: level of each bin's two-sided test.
        images: most images used of either set.
        seed: fixes the k-means, the halves, and which images are left out.

    Returns:
        `ndb` from 0 to `bins`, about bins · significance for equal distributions, its interval that of a
        share of bins; `ndb_js` in nats, with a jackknife over images; `ndb_real`, the calibration: the
        number with bins made of one half of the real images and filled by either half.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        InvalidSettingError: a significance outside (0, 1).
        TooFewSamplesError: a set has fewer than 40 images.

    Source: Richardson and Weiss 2018, section 2; checked against numpy.
    """
    if not 0 < significance < 1:
        raise InvalidSettingError(f"The significance is {significance}; give one in (0, 1), as 0.05.")
    size = min(reference.count, generated.count)
    if size < 4 * IMAGES_PER_BIN:
        raise TooFewSamplesError(
            f"{size} images are too few to fill two bins of either half; give at least {4 * IMAGES_PER_BIN}."
        )
    used = min(bins, size // IMAGES_PER_BIN)
    critical = float(stats.norm.isf(significance / 2))
    real = shuffled(reference.values, seed, limit=images)
    made = shuffled(generated.values, seed, limit=images)
    found = kmeans(real, used, seed=seed)
    own, others = found.members, nearest_centre(made, found.centres)
    notes = () if used == bins else (_shrink_note(bins, used),)
    differing = int(differing_bins(_counts(own, used), _counts(others, used), critical).sum())
    return {
        "ndb": _number(differing, used, notes),
        "ndb_js": _divergence(own, others, used, notes, seed),
        "ndb_real": _calibration(real, bins, critical, seed),
    }


def _counts(members: Int[Tensor, " n"], bins: int) -> Float[Tensor, " k"]:
    return torch.bincount(members, minlength=bins).double()


def _number(differing: int, bins: int, notes: tuple[str, ...]) -> Measured:
    low, high = wilson_interval(float(differing), bins)
    return Measured(
        float(differing), low=bins * low, high=bins * high, notes=notes, interval="Wilson over bins"
    )


def _calibration(real: Float[Tensor, "n d"], bins: int, critical: float, seed: int) -> Measured:
    half = len(real) // 2
    used = min(bins, half // IMAGES_PER_BIN)
    found = kmeans(real[:half], used, seed=seed)
    others = nearest_centre(real[half:], found.centres)
    differing = int(differing_bins(_counts(found.members, used), _counts(others, used), critical).sum())
    return _number(differing, used, () if used == bins else (_shrink_note(bins, used),))


def _divergence(
    own: Int[Tensor, " n"], others: Int[Tensor, " m"], bins: int, notes: tuple[str, ...], seed: int
) -> Measured:
    counts, other_counts = _counts(own, bins), _counts(others, bins)
    value = share_divergence(counts, other_counts)
    pairs = zip(groups_of(len(own), GROUPS, seed), groups_of(len(others), GROUPS, seed + 1), strict=True)
    left = [
        share_divergence(counts - _counts(own[one], bins), other_counts - _counts(others[other], bins))
        for one, other in pairs
    ]
    low, high = jackknife(torch.tensor(left, dtype=torch.float64), value)
    return Measured(
        value,
        low=max(0.0, low),
        high=min(high, math.log(2)),
        notes=notes,
        interval="jackknife over 20 groups of images",
    )


def _shrink_note(asked: int, used: int) -> str:
    return f"There are {used} bins instead of {asked}, so that each has {IMAGES_PER_BIN} images on average."
