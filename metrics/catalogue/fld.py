"""FLD: how likely new real images are under Gaussians around generated ones, fitted to the training images.

Jiralerspong, Bose, Gemp, Qin, Bachrach, Gidel: Feature Likelihood Divergence: Evaluating the Generalization
of Generative Models Using Samples, NeurIPS 2023, arXiv:2302.04440.

Without the data set's own baseline its zero means nothing: published values subtract one for each data set
and extractor. It does not tell fidelity from diversity; the gap tells memory, but only where copies are near.
"""

import math
from typing import Annotated

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.registry.signatures import Range
from metrics.statistics.counts import require_images
from metrics.statistics.distances import Pairs
from metrics.statistics.mixture import fit_log_variances, log_likelihoods
from metrics.statistics.ordering import shuffled
from metrics.statistics.resampling import normal_interval, standard_error

SCALE = 100
HOW = "normal, over held-out and training images, the mixture as it is"


@register(
    name="fld",
    title="Feature Likelihood Divergence",
    paper="arXiv:2302.04440",
    quantities=[
        Quantity("fld", better="lower", ideal=-math.inf, senses={"fidelity", "diversity"}),
        Quantity("fld_gap", better="higher", ideal=math.inf, senses=set(), title="FLD generalisation gap"),
    ],
)
def fld(
    reference: Features,
    held_out: Features,
    generated: Features,
    *,
    images: Annotated[int, Range(2)] = 10_000,
    epochs: int = 50,
    rate: float = 0.5,
    baseline: Annotated[float, Range()] = 0.0,
    seed: int = 0,
) -> dict[str, Measured]:
    """100 × (negative log-likelihood of the held-out images per dimension - baseline), and its gap.

    All features are standardised by the held-out mean and deviation. The mixture has one round Gaussian at
    each generated image and one at the origin, of equal weight; their variances are fitted to the training
    images.

    Args:
        reference: features of the training images (n, d).
        held_out: features of real images that were not trained on (l, d).
        generated: features of the generated images (m, d).
        images: most images of each set that are looked at, drawn at random.
        epochs: epochs of Adam.
        rate: its rate.
        baseline: what is subtracted; for CIFAR-10 1.36636 in Inception and 1.28611 in DINOv2 features.
        seed: fixes which images are looked at.

    Returns:
        `fld`; `fld_gap`, 100 × (training - held-out negative log-likelihood): far below 0 if the mixture
        knows the training images better, as after copying.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        TooFewSamplesError: a set has fewer than two images.

    Source: Jiralerspong et al. 2023, sections 3 and 4; checked against autograd and torch.optim.Adam.
    """
    require_images(2, reference, held_out, generated)
    training, new, made = (
        shuffled(item.values, seed, limit=images) for item in (reference, held_out, generated)
    )
    mean = new.mean(dim=0, dtype=torch.float64)
    scale = new.double().std(dim=0)
    scale = torch.where(scale > 0, scale, 1.0)
    training, new, made = (((part - mean) / scale).float() for part in (training, new, made))
    centres = torch.cat([made, torch.zeros(1, made.shape[1])])
    dimensions = centres.shape[1]
    squared = [_squared_distances(part, centres) for part in (training, new)]
    logs = fit_log_variances(squared[0], dimensions, epochs=epochs, rate=rate)
    seen, unseen = (-log_likelihoods(part, logs, dimensions) / dimensions for part in squared)
    value = SCALE * (float(unseen.mean()) - baseline)
    gap = SCALE * float(seen.mean() - unseen.mean())
    error = SCALE * standard_error(unseen)
    low, high = normal_interval(value, error)
    gap_low, gap_high = normal_interval(gap, math.hypot(error, SCALE * standard_error(seen)))
    notes = () if baseline else ("No baseline is subtracted: compare only values of the same real images.",)
    return {
        "fld": Measured(value, low=low, high=high, notes=notes, interval=HOW),
        "fld_gap": Measured(gap, low=gap_low, high=gap_high, interval=HOW),
    }


def _squared_distances(one: Float[Tensor, "n d"], other: Float[Tensor, "c d"]) -> Float[Tensor, "n c"]:
    found = torch.empty(len(one), len(other))
    for tile in Pairs(one, other).tiles():
        height, width = tile.squared.shape
        found[tile.row : tile.row + height, tile.column : tile.column + width] = tile.squared.clamp(min=0)
    return found
