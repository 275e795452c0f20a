"""Wasserstein critic: how far apart a critic trained for the purpose can keep real and generated images.

Danihelka, Lakshminarayanan, Uria, Wierstra, Dayan: Comparison of Maximum Likelihood and GAN-based training of
Real NVPs, 2017, arXiv:1705.05263, after Arjovsky, Chintala, Bottou: Wasserstein GAN, ICML 2017,
arXiv:1701.07875.

It is a lower bound of the distance that the critic finds, not the distance: a better trained critic finds
more. It is in the units of the features, and says nothing of what makes the sets differ.
"""

import math

import torch

from metrics.errors import TooFewSamplesError
from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.critics import fit_critic
from metrics.statistics.ordering import shuffled
from metrics.statistics.resampling import normal_interval, standard_error


@register(
    name="wasserstein_critic",
    title="Wasserstein distance (independent critic)",
    paper="arXiv:1705.05263",
    quantities=[
        Quantity("wasserstein_critic", better="lower", ideal=0.0, senses={"fidelity", "diversity"}),
    ],
)
def wasserstein_critic(
    held_out: Features,
    generated: Features,
    *,
    images: int = 10_000,
    hidden: int = 64,
    steps: int = 1000,
    penalty: float = 10.0,
    seed: int = 0,
) -> dict[str, Measured]:
    """E f(held-out) - E f(generated) on images that the critic f was not trained on, over its steepest slope.

    The critic is trained on one half of the held-out real images and of the generated ones and evaluated on
    the other halves, so that neither its own overfitting nor the generator's lowers the number.

    Args:
        held_out: features of real images that the generator never saw (n, d).
        generated: features of the generated images (m, d).
        images: most images used of either set.
        hidden: units of each of the critic's two hidden layers.
        steps: training steps.
        penalty: weight of the penalty on slopes above one.
        seed: fixes the halves and the training.

    Returns:
        `wasserstein_critic`, in the units of the features; slightly negative by chance for equal
        distributions. The interval is that of the difference of two means for this critic.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        TooFewSamplesError: a set has fewer than four images.

    Source: Danihelka et al. 2017, section 3; checked against the closed form between normal distributions.
    """
    if min(held_out.count, generated.count) < 4:
        raise TooFewSamplesError(
            f"{held_out.count} held-out and {generated.count} generated images can't train a critic; "
            "give at least 4 of each."
        )
    real = shuffled(held_out.values, seed, limit=images)
    made = shuffled(generated.values, seed, limit=images)
    half_real, half_made = len(real) // 2, len(made) // 2
    critic = fit_critic(
        real[:half_real], made[:half_made], hidden=hidden, steps=steps, penalty=penalty, seed=seed
    )
    real, made = real[half_real:], made[half_made:]
    paired = min(len(real), len(made))
    steepest = max(1.0, critic.steepest(real[:paired], made[:paired]))
    on_real, on_made = critic(real) / steepest, critic(made) / steepest
    value = float(torch.mean(on_real) - torch.mean(on_made))
    error = math.hypot(standard_error(on_real), standard_error(on_made))
    low, high = normal_interval(value, error)
    found = Measured(value, low=low, high=high, interval="difference of means over images not trained on")
    return {"wasserstein_critic": found}
