"""Geometry Score: whether the generated images, as a cloud of points, have the same loops as the real ones.

Khrulkov, Oseledets: Geometry Score: A Method For Comparing Generative Adversarial Networks, ICML 2018,
arXiv:1802.02664.

It sees shape alone: a cloud that is moved, turned or scaled scores as well, and so do images unlike all real
ones. Its scale depends on the number of images, of which equally many are used. The paper repeats 1,000 times
with all images; the defaults here are fewer of both, to take seconds.
"""

import torch

from metrics.errors import InvalidSettingError, TooFewSamplesError
from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.ordering import shuffled
from metrics.statistics.resampling import groups_of, jackknife, without
from metrics.statistics.topology import mean_relative_living_times

PAPER_GAMMA = 1 / 128 / 5000


@register(
    name="geometry_score",
    title="Geometry Score",
    paper="arXiv:1802.02664",
    quantities=[Quantity("geometry_score", better="lower", ideal=0.0, senses={"diversity"})],
)
def geometry_score(
    reference: Features,
    generated: Features,
    *,
    landmarks: int = 64,
    gamma: float = 0.0,
    holes: int = 100,
    repeats: int = 20,
    images: int = 2000,
    seed: int = 0,
) -> dict[str, Measured]:
    """Sum over i of (MRLT_real(i) - MRLT_generated(i))²: MRLT(i) is the mean share of scales with i loops.

    Args:
        reference: features of the real images (n, d).
        generated: features of the generated images (m, d).
        landmarks: number of landmarks L0, drawn with replacement.
        gamma: the largest scale, as a fraction of the largest distance to a landmark; 0 takes the paper's
            (number of images)/(128 · 5000).
        holes: numbers of loops told apart.
        repeats: number of choices of landmarks.
        images: most images used of either set; equally many are used of both.
        seed: fixes the landmarks and which images are left out.

    Returns:
        `geometry_score` from 0 to 2. The interval is a jackknife over the choices of landmarks, and knows
        nothing of the choice of images.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        InvalidSettingError: fewer than two repeats, or a setting that is not positive.
        MissingPackageError: gudhi isn't installed.
        TooFewSamplesError: a set has fewer than two images.

    Source: Khrulkov and Oseledets 2018, section 4; checked against piq's Geometry Score.
    """
    size = min(images, reference.count, generated.count)
    if size < 2:
        raise TooFewSamplesError(f"{size} images have no shape; give at least 2 of each set.")
    if repeats < 2 or min(landmarks, holes) < 1 or gamma < 0:
        raise InvalidSettingError(
            f"{repeats} repeats, {landmarks} landmarks, {holes} holes and gamma {gamma} can't be used; "
            "give at least 2 repeats, 1 of the others and no negative gamma."
        )
    scale = gamma or size * PAPER_GAMMA
    real, made = (
        mean_relative_living_times(
            shuffled(one.values, seed, limit=size),
            landmarks=landmarks,
            gamma=scale,
            holes=holes,
            repeats=repeats,
            seed=seed,
        )
        for one in (reference, generated)
    )
    value = _score(real, made)
    groups = [without(group, repeats) for group in groups_of(repeats, 20, seed)]
    left = torch.tensor([_score(real[kept], made[kept]) for kept in groups], dtype=torch.float64)
    low, high = jackknife(left, value)
    found = Measured(value, low=max(0.0, low), high=high, interval="jackknife over choices of landmarks")
    return {"geometry_score": found}


def _score(real: torch.Tensor, made: torch.Tensor) -> float:
    return float((real.mean(dim=0) - made.mean(dim=0)).square().sum())
