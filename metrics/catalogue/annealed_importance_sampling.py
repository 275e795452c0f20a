"""Log-likelihood by annealed importance sampling: how probable real images are if the generator adds noise.

Wu, Burda, Salakhutdinov, Grosse: On the Quantitative Analysis of Decoder-Based Generative Models, ICLR 2017,
arXiv:1611.04273.

A generator has no likelihood of its own: the number depends on the noise that is added to it, and tells how
well the data are covered, not how the images look. It presumes a normal latent. With few distributions it is
too low, so their number doubles until it has converged. The paper takes 10,000 distributions and 16 chains.
"""

import math

from torch import Tensor

from metrics.errors import InvalidSettingError
from metrics.evidence.kinds import Images
from metrics.evidence.networks import GeneratorLike
from metrics.images.matching import targets_for, unit_images
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.annealing import Bounds, annealed_bounds
from metrics.statistics.convergence import Convergence, judge, sentence, until_settled
from metrics.statistics.resampling import mean_interval

HOW = "mean over held-out images, and the gap of the annealing"
HALF_NAT = 0.5
"""A few chains leave so much to chance: a smaller gap means nothing."""


@register(
    name="annealed_importance_sampling",
    title="Log-likelihood (annealed importance sampling)",
    paper="arXiv:1611.04273",
    quantities=[
        Quantity("ais_log_likelihood", better="higher", ideal=math.inf, senses={"diversity"}),
    ],
)
def annealed_importance_sampling(
    held_out: Images,
    generator: GeneratorLike,
    *,
    noise: float = 0.1,
    images: int = 16,
    chains: int = 8,
    distributions: int = 2000,
    leapfrog: int = 2,
    seed: int = 0,
) -> dict[str, Measured]:
    """Mean over held-out images x of log ∫ N(z; 0, I) N(x; G(z), noise² I) dz in nats, values from 0 to 1.

    Convergence is measured in two ways, and the larger gap counts. Bidirectional Monte Carlo takes images
    that the generator makes with noise: for these a draw of the posterior is known, and with it an upper
    bound beside the lower one. It is sound, but real images may be harder. For these each run is compared
    with the one before it of half as many distributions, which costs nothing more. Their number doubles
    until the gap is within a tenth of the interval. A gap wider than the interval is refused.

    Args:
        held_out: real images that the generator never saw, of its size.
        generator: the generator G, differentiable, of a standard normal latent.
        noise: standard deviation of the noise on each value, above 0.
        images: most images used.
        chains: chains for each image, at least 2.
        distributions: most steps from the prior to the posterior, at least 2.
        leapfrog: leapfrog steps of each.
        seed: fixes which images are used, and the chains.

    Returns:
        `ais_log_likelihood`, on average too low, with the interval of a mean over images, which reaches
        up by the gap; a note says how large that is.

    Raises:
        InvalidEvidenceError: an image is not of the generator's size.
        InvalidSettingError: noise of 0, a single chain or distribution, no leapfrog step.
        MissingEvidenceError: the generator's images can't be differentiated.
        NotConvergedError: the gap is wider than the interval.
        TooFewSamplesError: fewer than two images.

    Source: Wu et al. 2017, sections 3 and 4; Grosse, Ghahramani, Adams 2015 (both bounds); checked against
    the closed form for a linear generator.
    """
    if noise <= 0 or leapfrog < 1 or min(chains, distributions) < 2:
        raise InvalidSettingError(
            f"Noise {noise:g}, {chains} chains, {distributions} distributions and {leapfrog} leapfrog steps "
            "can't be used; give noise above 0, at least 2 chains, 2 distributions and 1 leapfrog step."
        )
    targets = targets_for(generator, held_out, limit=images, seed=seed).flatten(1)

    def decode(latents: Tensor) -> Tensor:
        return unit_images(generator, latents).flatten(1)

    runs = annealed_bounds(
        decode,
        targets,
        generator.sample_latent(max(2, len(targets) // 2), seed),
        noise=noise,
        chains=chains,
        distributions=distributions,
        leapfrog=leapfrog,
        seed=seed,
    )
    last, found = until_settled(runs, _judged)
    low, high = mean_interval(last.lower)
    notes = (
        f"The noise on values from 0 to 1 is {noise:g}; another noise gives another number.",
        _sentence(last, found),
    )
    measured = Measured(float(last.lower.mean()), low=low, high=high + found.gap, notes=notes, interval=HOW)
    return {"ais_log_likelihood": measured}


def _judged(before: Bounds, after: Bounds) -> Convergence:
    """The larger of the gap on simulated images and of what doubling changed on real ones."""
    gap = max(after.gap, float((after.lower - before.lower).mean()))
    return judge(gap, mean_interval(after.lower), chance=HALF_NAT)


def _sentence(last: Bounds, found: Convergence) -> str:
    return sentence(
        found,
        measured=(
            f"at {last.distributions:,} distributions the gap is {found.gap:.3g} nats (between the "
            "bounds of simulated images, or to half the distributions on real ones: the larger one)"
        ),
        off=f"{found.gap:.3g} nats too low",
        advice="raise `distributions` or `chains`",
    )
