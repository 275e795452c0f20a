"""Log-likelihood by annealed importance sampling: how probable real images are if the generator adds noise.

Wu, Burda, Salakhutdinov, Grosse: On the Quantitative Analysis of Decoder-Based Generative Models, ICLR 2017,
arXiv:1611.04273.

A generator has no likelihood of its own: the number depends on the noise that is added to it, and tells how
well the data are covered, not how the images look. With few steps it is too low. It presumes a normal latent.
The paper takes 10,000 distributions and 16 chains; the default takes seconds on small generators.
"""

import math

from torch import Tensor

from metrics.errors import InvalidSettingError
from metrics.evidence.kinds import Images
from metrics.evidence.networks import GeneratorLike
from metrics.images.matching import targets_for, unit_images
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.annealing import annealed_log_likelihoods
from metrics.statistics.resampling import mean_interval


@register(
    name="annealed_importance_sampling",
    title="Log-likelihood (annealed importance sampling)",
    paper="arXiv:1611.04273",
    quantities=[
        Quantity("ais_log_likelihood", better="higher", ideal=math.inf, senses=set()),
    ],
)
def annealed_importance_sampling(
    held_out: Images,
    generator: GeneratorLike,
    *,
    noise: float = 0.1,
    images: int = 16,
    chains: int = 8,
    distributions: int = 200,
    leapfrog: int = 5,
    seed: int = 0,
) -> dict[str, Measured]:
    """Mean over held-out images x of log ∫ N(z; 0, I) N(x; G(z), noise² I) dz in nats, values from 0 to 1.

    Args:
        held_out: real images that the generator never saw, of its size.
        generator: the generator G, differentiable, of a standard normal latent.
        noise: standard deviation of the noise on each value, above 0.
        images: most images used.
        chains: chains for each image.
        distributions: steps from the prior to the posterior.
        leapfrog: leapfrog steps of each.
        seed: fixes which images are used, and the chains.

    Returns:
        `ais_log_likelihood`, on average too low, with the interval of a mean over images.

    Raises:
        InvalidEvidenceError: an image is not of the generator's size.
        InvalidSettingError: a setting that is not above 0.
        MissingEvidenceError: the generator's images can't be differentiated.
        TooFewSamplesError: fewer than two images.

    Source: Wu et al. 2017, section 3; checked against the closed form for a linear generator.
    """
    if noise <= 0 or min(chains, distributions, leapfrog) < 1:
        raise InvalidSettingError(
            f"Noise {noise}, {chains} chains, {distributions} distributions and {leapfrog} leapfrog steps "
            "can't be used; give numbers above 0."
        )
    targets = targets_for(generator, held_out, limit=images, seed=seed).flatten(1)

    def decode(latents: Tensor) -> Tensor:
        return unit_images(generator, latents).flatten(1)

    starts = generator.sample_latent(chains * len(targets), seed).reshape(chains, len(targets), -1)
    found = annealed_log_likelihoods(
        decode,
        targets,
        starts,
        noise=noise,
        distributions=distributions,
        leapfrog=leapfrog,
        seed=seed,
    )
    low, high = mean_interval(found)
    note = f"The noise on values from 0 to 1 is {noise:g}; another noise gives another number."
    measured = Measured(
        float(found.mean()), low=low, high=high, notes=(note,), interval="mean over held-out images"
    )
    return {"ais_log_likelihood": measured}
