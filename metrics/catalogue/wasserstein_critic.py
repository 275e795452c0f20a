"""Wasserstein critic: how far apart a critic trained for the purpose can keep real and generated images.

Danihelka, Lakshminarayanan, Uria, Wierstra, Dayan: Comparison of Maximum Likelihood and GAN-based training of
Real NVPs, 2017, arXiv:1705.05263, after Arjovsky, Chintala, Bottou: Wasserstein GAN, ICML 2017,
arXiv:1701.07875.

It is a lower bound of the distance that the critic finds, not the distance: a better trained critic finds
more. It is in the units of the features, and says nothing of what makes the sets differ.
"""

import math
from dataclasses import dataclass
from typing import Annotated

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import InvalidSettingError, TooFewSamplesError
from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.registry.signatures import Range
from metrics.statistics.convergence import Convergence, judge, phases, sentence, until_settled
from metrics.statistics.critics import Critic, trained_critics
from metrics.statistics.ordering import shuffled
from metrics.statistics.resampling import Interval, Z, normal_interval, standard_error

FIRST_PHASE = 500
HOW = "difference of means over images not trained on, and the gap of the training"


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
    steps: Annotated[int, Range(2)] = 4000,
    penalty: float = 10.0,
    seed: int = 0,
) -> dict[str, Measured]:
    """E f(held-out) - E f(generated) on images that the critic f was not trained on, over its steepest slope.

    The critic is trained on one half of the held-out real images and of the generated ones and evaluated on
    the other halves, so that neither its own overfitting nor the generator's lowers the number.

    The critic is trained in phases, each as long as all before it together. The rise of the number in a phase
    is the gap. Training ends when the gap is within a tenth of the interval or within chance; the interval
    reaches up by the gap. A gap wider than the interval is refused.

    Args:
        held_out: features of real images that the generator never saw (n, d).
        generated: features of the generated images (m, d).
        images: most images used of either set.
        hidden: units of each of the critic's two hidden layers.
        steps: most training steps, at least 2.
        penalty: weight of the penalty on slopes above one.
        seed: fixes the halves and the training.

    Returns:
        `wasserstein_critic`, in the units of the features; slightly negative by chance for equal
        distributions. The interval is that of the difference of two means for this critic, and the gap.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        InvalidSettingError: fewer than two steps.
        NotConvergedError: the gap is wider than the interval.
        TooFewSamplesError: a set has fewer than four images.

    Source: Danihelka et al. 2017, section 3; checked against the closed form between normal distributions.
    """
    if steps < 2:
        raise InvalidSettingError(
            f"Training of {steps} steps can't be shown to converge; give at least 2 steps."
        )
    if min(held_out.count, generated.count) < 4:
        raise TooFewSamplesError(
            f"{held_out.count} held-out and {generated.count} generated images can't train a critic; "
            "give at least 4 of each."
        )
    real = shuffled(held_out.values, seed, limit=images)
    made = shuffled(generated.values, seed, limit=images)
    half_real, half_made = len(real) // 2, len(made) // 2
    critics = trained_critics(
        real[:half_real],
        made[:half_made],
        hidden=hidden,
        phases=phases(steps, first=FIRST_PHASE),
        penalty=penalty,
        seed=seed,
    )
    judged = (_Judged.by(critic, real[half_real:], made[half_made:]) for critic in critics)
    last, found = until_settled(judged, _compared)
    low, high = last.interval
    notes = () if found.settled else (_sentence(steps, found),)
    measured = Measured(last.value, low=low, high=high + found.gap, notes=notes, interval=HOW)
    return {"wasserstein_critic": measured}


@dataclass(frozen=True)
class _Judged:
    """What a critic says of each image that it was not trained on, over its steepest slope."""

    on_real: Float[Tensor, " n"]
    on_made: Float[Tensor, " m"]

    @classmethod
    def by(cls, critic: Critic, real: Float[Tensor, "n d"], made: Float[Tensor, "m d"]) -> "_Judged":
        paired = min(len(real), len(made))
        steepest = max(1.0, critic.steepest(real[:paired], made[:paired]))
        return cls(critic(real) / steepest, critic(made) / steepest)

    @property
    def value(self) -> float:
        return float(torch.mean(self.on_real) - torch.mean(self.on_made))

    @property
    def error(self) -> float:
        return math.hypot(standard_error(self.on_real), standard_error(self.on_made))

    @property
    def interval(self) -> Interval:
        return normal_interval(self.value, self.error)


def _compared(before: _Judged, after: _Judged) -> Convergence:
    """The rise of the number, on the same images; chance is what a rise of no critic's skill has."""
    rise = _Judged(after.on_real - before.on_real, after.on_made - before.on_made)
    return judge(rise.value, after.interval, chance=Z * rise.error)


def _sentence(steps: int, found: Convergence) -> str:
    return sentence(
        found,
        measured=f"the second half of the critic's {steps:,} steps raised its number by {found.gap:.3g}",
        off=f"{found.gap:.3g} too low",
        advice="raise `steps`",
    )
