"""A rater that the tests and ``simulate_raters`` know the truth about."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class SimulatedRater:
    """A rater of known ability.

    Args:
        ability: d′ between real and generated at unlimited exposure, averaged over conditions; 0 guesses.
        bias: Criterion c; positive says "generated" less often.
        lapse: Share of answers given at random.
        speed_ms: Median reaction time, milliseconds.
        threshold_ms: Exposure at which d′ is half the ability; 0 means exposure does not matter.
        strengths: Latent quality of each condition on the logit scale (Bradley–Terry); real images are under ``real``.
            A condition's d′ is ``ability`` less what its strength hides.
    """

    ability: float = 1.5
    bias: float = 0.0
    lapse: float = 0.02
    speed_ms: float = 700.0
    threshold_ms: float = 0.0
    strengths: dict[str, float] = field(default_factory=dict)
