"""BEGAN's balance between discriminator and generator: pure functions of reconstruction errors."""


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
