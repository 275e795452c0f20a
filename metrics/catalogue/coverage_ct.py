"""AdaGAN's coverage: the share of real images that lie where the generator puts 95 % of its own.

Tolstikhin, Gelly, Bousquet, Simon-Gabriel, Schölkopf: AdaGAN: Boosting Generative Models, NeurIPS 2017,
arXiv:1701.02386.

It does not see fidelity: images strewn everywhere cover everything. The density is a Parzen window's, which
in many dimensions depends on its bandwidth more than on the generator, and a wide one hides lost modes.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import InvalidSettingError, TooFewSamplesError
from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.kernel_density import fit_bandwidth, log_densities
from metrics.statistics.neighbours import shared_pairs
from metrics.statistics.ordering import at_most, seeded_order, torch_generator
from metrics.statistics.parts import Part
from metrics.statistics.resampling import bootstrap_interval

MOST_VALIDATION = 1000
RESAMPLES = 200


@register(
    name="coverage_ct",
    title="Coverage (AdaGAN)",
    paper="arXiv:1701.02386",
    quantities=[
        Quantity("coverage_ct", better="higher", ideal=0.95, senses={"diversity"}),
    ],
)
def coverage_ct(
    reference: Features,
    generated: Features,
    *,
    mass: float = 0.95,
    bandwidth: float = 0.0,
    candidates: int = 20,
    images: int = 10_000,
    seed: int = 0,
) -> dict[str, Measured]:
    """P_data(p(x) > t), with t such that P_model(p(x) > t) is `mass`, p the generated images' density.

    Half of the generated images bear the Gaussians of the density; the other half, which the density has not
    seen, sets the threshold.

    Args:
        reference: features of the real images (n, d).
        generated: features of the generated images (m, d).
        mass: share of the generated images that the region holds, between 0 and 1.
        bandwidth: standard deviation of the Gaussians; 0 chooses the one under which the other half (at most
            1,000 of it) is the most likely.
        candidates: number of bandwidths to choose from.
        images: most images used of either set.
        seed: fixes the halves, and which images are left out.

    Returns:
        `coverage_ct` in [0, 1]; `mass` if the two sets come from the same distribution. The interval is a
        bootstrap over the images beside those that bear the Gaussians.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        InvalidSettingError: a mass outside (0, 1), a negative bandwidth, or fewer than two candidates.
        TooFewSamplesError: too few generated images for a threshold at `mass`: 40 at 0.95.

    Source: Tolstikhin et al. 2017, section 4; checked against scikit-learn.
    """
    if not 0 < mass < 1:
        raise InvalidSettingError(
            f"The region's share of the generated images is {mass}; give one in (0, 1)."
        )
    made, real_images = at_most(generated, images, seed), at_most(reference, images, seed)
    kernels, rest = seeded_order(made.values, seed).tensor_split([made.count // 2])
    needed = math.ceil(1 / (1 - mass))
    if len(kernels) < needed:
        raise TooFewSamplesError(
            f"{generated.count} generated images can't tell where {mass:.0%} of them lie; "
            f"give at least {2 * needed}."
        )
    within, between = shared_pairs(made, made), shared_pairs(real_images, made)
    validation = Part(within, rest[:MOST_VALIDATION], kernels)
    width = bandwidth or fit_bandwidth(validation, candidates=candidates).bandwidth
    own = log_densities(Part(within, rest, kernels), width)
    real = log_densities(Part(between, seeded_order(real_images.values, seed), kernels), width)
    low, high = bootstrap_interval(_resampled(real, own, mass, seed))
    found = Measured(
        _covered(real, own, mass),
        low=low,
        high=high,
        notes=(f"The bandwidth is {width:.4g}.",),
        interval="bootstrap over images, 200 resamples",
    )
    return {"coverage_ct": found}


def _covered(real: Float[Tensor, " n"], own: Float[Tensor, " m"], mass: float) -> float:
    """Share of real densities above the threshold that a further generated image passes with `mass`."""
    rank = max(1, math.floor((1 - mass) * (len(own) + 1)))
    threshold = own.kthvalue(rank).values
    return float((real > threshold).double().mean())


def _resampled(
    real: Float[Tensor, " n"], own: Float[Tensor, " m"], mass: float, seed: int
) -> Float[Tensor, " resamples"]:
    generator = torch_generator(seed)
    draws = []
    for _ in range(RESAMPLES):
        one = real[torch.randint(len(real), (len(real),), generator=generator)]
        other = own[torch.randint(len(own), (len(own),), generator=generator)]
        draws.append(_covered(one, other, mass))
    return torch.tensor(draws, dtype=torch.float64)
