"""Raters drawn around a known ability. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from evalsite.tasks.simulation import SimulatedRater

ABILITY_SPREAD = 0.4
"""Standard deviation of d′ between raters; gives error rates that spread by about .07, as people's do."""

BIAS_SPREAD = 0.2


@dataclass(frozen=True)
class Population:
    """What the raters of a simulation have in common.

    Args:
        ability: Mean d′.
        bias: Mean criterion.
        lapse: Share of answers given at random.
        threshold_ms: Exposure at which d′ is half the ability.
        strengths: What each condition hides, by name.
        ability_spread, bias_spread: Standard deviations between raters.
    """

    ability: float = 1.5
    bias: float = 0.0
    lapse: float = 0.02
    threshold_ms: float = 0.0
    strengths: Mapping[str, float] = field(default_factory=dict)
    ability_spread: float = ABILITY_SPREAD
    bias_spread: float = BIAS_SPREAD

    def draw(self, seed: int) -> SimulatedRater:
        """One rater; the same seed gives the same one."""
        rng = Random(f"rater/{seed}")
        return SimulatedRater(
            ability=rng.gauss(self.ability, self.ability_spread),
            bias=rng.gauss(self.bias, self.bias_spread),
            lapse=self.lapse,
            threshold_ms=self.threshold_ms,
            strengths=self.strengths,
        )
