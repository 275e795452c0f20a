"""Average log-likelihood: how likely held-out real images are under Gaussians set on the generated ones.

Goodfellow, Pouget-Abadie, Mirza, Xu, Warde-Farley, Ozair, Courville, Bengio: Generative Adversarial Nets,
NeurIPS 2014, arXiv:1406.2661; the window is Parzen's (1962).

In many dimensions it says little of the generator's own likelihood, and ranks nonsense above the truth:
k-means centres beat the training images (Theis, van den Oord, Bethge 2016, arXiv:1511.01844). The paper
measured pixels between 0 and 1 (`--extractor pixels`); values in other features, or of another number of
images, can't be compared.
"""

import math

import torch

from metrics.errors import TooFewSamplesError
from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.kernel_density import fit_bandwidth, log_densities
from metrics.statistics.neighbours import shared_pairs
from metrics.statistics.ordering import at_most, seeded_order
from metrics.statistics.parts import Part
from metrics.statistics.resampling import mean_interval

VALIDATION_SHARE = 0.2
MOST_VALIDATION = 1000


@register(
    name="average_log_likelihood",
    title="Average log-likelihood (Parzen)",
    paper="arXiv:1406.2661",
    quantities=[
        Quantity("average_log_likelihood", better="higher", ideal=math.inf, senses={"fidelity", "diversity"}),
    ],
)
def average_log_likelihood(
    held_out: Features,
    generated: Features,
    *,
    bandwidth: float = 0.0,
    candidates: int = 20,
    images: int = 10_000,
    seed: int = 0,
) -> dict[str, Measured]:
    """Mean over held-out images of log (1/N sum_j N(x; g_j, bandwidth² I)), in nats.

    Args:
        held_out: features of real images that the generator never saw (n, d).
        generated: features of the generated images (m, d), on which the Gaussians sit.
        bandwidth: standard deviation of the Gaussians; 0 chooses the one under which a fifth of the held-out
            images (at most 1,000), not measured afterwards, is the most likely.
        candidates: number of bandwidths to choose from.
        images: most images used of either set.
        seed: fixes which images choose the bandwidth, and which are left out.

    Returns:
        `average_log_likelihood`, of any sign, with the interval of a mean over images for this set of
        generated images; the bandwidth is told in a note.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        InvalidSettingError: a negative bandwidth, or fewer than two candidates.
        TooFewSamplesError: fewer than two held-out images beside those that choose the bandwidth, or fewer
            than two generated images.

    Source: Goodfellow et al. 2014, section 5; checked against scikit-learn's KernelDensity.
    """
    queries, kernels = at_most(held_out, images, seed), at_most(generated, images, seed)
    chosen_by = 0
    if bandwidth == 0:
        chosen_by = min(MOST_VALIDATION, math.ceil(VALIDATION_SHARE * queries.count))
    if queries.count - chosen_by < 2 or kernels.count < 2:
        raise TooFewSamplesError(
            f"{held_out.count} held-out and {generated.count} generated images are too few for an average "
            "log-likelihood; give at least 3 held-out and 2 generated images."
        )
    pairs, everywhere = shared_pairs(queries, kernels), torch.arange(kernels.count)
    validation, tests = seeded_order(queries.values, seed).tensor_split([chosen_by])
    width = bandwidth or fit_bandwidth(Part(pairs, validation, everywhere), candidates=candidates).bandwidth
    densities = log_densities(Part(pairs, tests, everywhere), width)
    low, high = mean_interval(densities)
    note = f"The bandwidth is {width:.4g}, chosen by {chosen_by:,} held-out images." if chosen_by else ""
    found = Measured(
        float(densities.mean()),
        low=low,
        high=high,
        notes=(note,) if note else (),
        interval="mean over held-out images",
    )
    return {"average_log_likelihood": found}
