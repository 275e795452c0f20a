"""FLD: how likely new real images are under Gaussians around generated ones, fitted to the training images.

Jiralerspong, Bose, Gemp, Qin, Bachrach, Gidel: Feature Likelihood Divergence: Evaluating the Generalization
of Generative Models Using Samples, NeurIPS 2023, arXiv:2302.04440.

Zero is what half of the training images reach in the place of generated ones; it differs between data sets
and extractors, and so does the scale. It does not tell fidelity from diversity; the gap tells memory, but
only where copies are near.
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

BACKGROUND_SHARE = 0.81
"""The background's squared distances are this share of those to the training images' mean (their code)."""

SCALE = 100
FITTED_IMAGES = 50_000
HOW = "normal, over held-out and training images, the mixture as it is"


@register(
    name="fld",
    title="Feature Likelihood Divergence",
    paper="arXiv:2302.04440",
    quantities=[
        Quantity("fld", better="lower", ideal=-math.inf, senses={"fidelity", "diversity", "novelty"}),
        Quantity(
            "fld_gap", better="higher", ideal=math.inf, senses={"novelty"}, title="FLD generalisation gap"
        ),
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
    each generated image; their variances are fitted to the training images, beside a background that the
    held-out images are not scored with.

    Args:
        reference: features of the training images (n, d).
        held_out: features of real images that were not trained on (l, d).
        generated: features of the generated images (m, d).
        images: most generated images that are used, drawn at random; variances are fitted to 50,000
            training images at most.
        epochs: most epochs of Adam.
        rate: its rate.
        baseline: what is subtracted; 0 computes it: the likelihood under a mixture around half of the
            training images, fitted to the other half. The paper's are 1.36636 in Inception and 1.28611 in
            DINOv2 features for CIFAR-10.
        seed: fixes which images are used, and the halves.

    Returns:
        `fld`; `fld_gap`, 100 × (training - held-out negative log-likelihood): far below 0 if the mixture
        knows the training images better, as after copying.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        TooFewSamplesError: there are fewer than two held-out or generated, or four training images.

    Source: Jiralerspong et al. 2023, sections 3 and 4, and their code (fld/metrics/FLD.py); checked against
    autograd with torch.optim.Adam.
    """
    require_images(2, held_out, generated)
    require_images(4, reference)
    new = held_out.values.double()
    mean, scale = new.mean(dim=0), new.std(dim=0)
    scale = torch.where(scale > 0, scale, 1.0)
    training, new, made = (
        ((rows.double() - mean) / scale).float()
        for rows in (
            shuffled(reference.values, seed, limit=FITTED_IMAGES),
            held_out.values,
            shuffled(generated.values, seed, limit=images),
        )
    )
    seen, unseen = _fitted(made, training, [training, new], epochs=epochs, rate=rate)
    half = min(len(made), len(training) // 2)
    zero = torch.full_like(unseen, baseline)
    if not baseline:
        (zero,) = _fitted(training[:half], training[half:], [new], epochs=epochs, rate=rate)
    value = SCALE * float((unseen - zero).mean())
    gap = SCALE * float(seen.mean() - unseen.mean())
    low, high = normal_interval(value, SCALE * standard_error(unseen - zero))
    error = math.hypot(SCALE * standard_error(unseen), SCALE * standard_error(seen))
    gap_low, gap_high = normal_interval(gap, error)
    return {
        "fld": Measured(value, low=low, high=high, notes=_notes(zero, baseline, half), interval=HOW),
        "fld_gap": Measured(gap, low=gap_low, high=gap_high, interval=HOW),
    }


def _fitted(
    centres: Float[Tensor, "c d"],
    training: Float[Tensor, "n d"],
    scored: list[Float[Tensor, "_ d"]],
    *,
    epochs: int,
    rate: float,
) -> list[Float[Tensor, " _"]]:
    """Negative log-likelihoods per dimension under the mixture that is fitted to the training images."""
    dimensions = centres.shape[1]
    background = BACKGROUND_SHARE * (training - training.mean(dim=0)).square().sum(dim=1)
    logs = fit_log_variances(
        _squared_distances(training, centres), background, dimensions, epochs=epochs, rate=rate
    )
    return [
        -log_likelihoods(_squared_distances(rows, centres), logs, dimensions) / dimensions for rows in scored
    ]


def _notes(zero: Float[Tensor, " l"], baseline: float, half: int) -> tuple[str, ...]:
    if baseline:
        return ()
    return (
        f"The baseline {float(zero.mean()):.5f} is that of a mixture around {half:,} of the training images; "
        "published values subtract the baseline of a whole data set.",
    )


def _squared_distances(one: Float[Tensor, "n d"], other: Float[Tensor, "c d"]) -> Float[Tensor, "n c"]:
    found = torch.empty(len(one), len(other))
    for tile in Pairs(one, other).tiles():
        height, width = tile.squared.shape
        found[tile.row : tile.row + height, tile.column : tile.column + width] = tile.squared.clamp(min=0)
    return found
