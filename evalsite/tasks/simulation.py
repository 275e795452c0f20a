"""A rater that the tests and ``simulate_raters`` know the truth about."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

REAL_STRENGTH = "real"
RT_SPREAD = 0.3
"""Standard deviation of the logarithm of reaction times; people's lie around 0.2 to 0.4."""


@dataclass(frozen=True)
class SimulatedRater:
    """A rater of known ability, an equal-variance Gaussian observer.

    Args:
        ability: d′ between real images and a condition of strength 0, at unlimited exposure; 0 guesses.
        bias: Criterion c of that comparison; positive says "generated" less often.
        lapse: Share of answers given at random, 0 to 1.
        speed_ms: Median reaction time after the stimulus, milliseconds.
        threshold_ms: Exposure at which d′ is half the ability; 0 means exposure does not matter.
        strengths: What each condition hides: its d′ is ``ability - strength``; in pairs, its Bradley–Terry
            strength in logits. Unnamed conditions have 0; real images, under ``real``, have the ability.
        side_bias: Preference for the left stimulus of a pair, logits.
        ties: Davidson's ν: how often two equal stimuli are called a tie (ν / (2 + ν)); 0 never ties.
    """

    ability: float = 1.5
    bias: float = 0.0
    lapse: float = 0.02
    speed_ms: float = 700.0
    threshold_ms: float = 0.0
    strengths: Mapping[str, float] = field(default_factory=dict)
    side_bias: float = 0.0
    ties: float = 0.0

    def visibility(self, exposure_ms: float | None) -> float:
        """Share of the ability that an exposure leaves, 0 to 1; None is unlimited."""
        return 1.0 if exposure_ms is None else exposure_ms / (exposure_ms + self.threshold_ms)

    def d_prime(self, condition: str, exposure_ms: float | None = None) -> float:
        """True d′ of a condition against real images at an exposure."""
        return (self.ability - self.strengths.get(condition, 0.0)) * self.visibility(exposure_ms)

    def strength(self, condition: str) -> float:
        """Latent quality of a condition in pairs, logits."""
        return self.strengths.get(condition, self.ability if condition == REAL_STRENGTH else 0.0)

    def judges_generated(self, condition: str, exposure_ms: float | None, rng: Random) -> bool:
        """One yes/no judgement: is this image generated?"""
        real_mean = -self.ability * self.visibility(exposure_ms) / 2
        shift = 0.0 if condition == REAL_STRENGTH else self.d_prime(condition, exposure_ms)
        return rng.gauss(real_mean + shift, 1.0) > self.bias

    def prefers(self, left: str, right: str, exposure_ms: float | None, rng: Random) -> str:
        """One comparison by Davidson's model with a side bias: ``left``, ``right`` or ``tie``."""
        advantage = (self.strength(left) - self.strength(right)) * self.visibility(
            exposure_ms
        ) + self.side_bias
        weights = [math.exp(advantage / 2), math.exp(-advantage / 2), self.ties]
        return rng.choices(["left", "right", "tie"], weights)[0]

    def answers(self, intended: str, choices: Sequence[str], rng: Random) -> str:
        """The intended answer, or in a lapse any of the choices."""
        return rng.choice(choices) if rng.random() < self.lapse else intended

    def draw_rt_ms(self, exposure_ms: float | None, rng: Random) -> float:
        """Milliseconds from stimulus onset to the answer, log-normal after the stimulus has gone."""
        return round((exposure_ms or 0.0) + self.speed_ms * math.exp(rng.gauss(0.0, RT_SPREAD)), 1)
