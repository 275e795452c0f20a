"""BEGAN's balance between discriminator and generator: pure functions of reconstruction errors."""

from collections.abc import Mapping

_SMOOTHING = 0.999
"""Share of the running average that one step keeps: about the last thousand steps count."""


def next_balance(k: float, real: float, generated: float, *, diversity_ratio: float, gain: float) -> float:
    """Computes k + λ(γ L(x) − L(G(z))), kept in [0, 1].

    Args:
        k: the discriminator's weight on generated images, as it was.
        real: L(x), reconstruction error of real images.
        generated: L(G(z)), that of generated ones.
        diversity_ratio: γ, the share of the real error that the generated one is held at.
        gain: λ, how fast k follows.

    Source: Berthelot et al. 2017 (arXiv:1703.10717), section 3.3.
    """
    return min(max(k + gain * (diversity_ratio * real - generated), 0.0), 1.0)


def convergence(real: float, generated: float, *, diversity_ratio: float) -> float:
    """Computes M_global = L(x) + abs(γ L(x) − L(G(z))): low where images are learned and the balance is held.

    Args:
        real: L(x), reconstruction error of real images.
        generated: L(G(z)), that of generated ones.
        diversity_ratio: γ.

    Source: Berthelot et al. 2017 (arXiv:1703.10717), section 3.4.1.
    """
    return real + abs(diversity_ratio * real - generated)


def halve_when_stalled(memory: Mapping[str, float], measure: float, *, patience: int) -> dict[str, float]:
    """Halves a rate when the running average of a measure has found no new best for a while.

    Args:
        memory: "smooth", the average, and "best", its lowest, both 0 before the first step; "waited", steps
            since; "rate".
        measure: at this step; lower is better.
        patience: steps to wait; 0 is for ever.

    Returns:
        The four numbers after this step.
    """
    smooth = _SMOOTHING * memory["smooth"] + (1 - _SMOOTHING) * measure if memory["smooth"] else measure
    if not memory["best"] or smooth < memory["best"]:
        return {"smooth": smooth, "best": smooth, "waited": 0.0, "rate": memory["rate"]}
    waited = memory["waited"] + 1
    if not patience or waited < patience:
        return {"smooth": smooth, "best": memory["best"], "waited": waited, "rate": memory["rate"]}
    return {"smooth": smooth, "best": memory["best"], "waited": 0.0, "rate": memory["rate"] / 2}
