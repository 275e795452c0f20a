"""The least squares game of LSGAN, on scores without sigmoid."""

from jaxtyping import Float
from torch import Tensor


def discriminator_least_squares(
    real: Float[Tensor, " n"], generated: Float[Tensor, " m"], *, a: float, b: float
) -> Float[Tensor, ""]:
    """Computes ½ E[(D(x) − b)²] + ½ E[(D(G(z)) − a)²].

    Args:
        real: scores of real images.
        generated: scores of generated images.
        a: target for generated images.
        b: target for real images.

    Source: Mao et al. 2016 (arXiv:1611.04076), equation 2.
    """
    return 0.5 * ((real - b).square().mean() + (generated - a).square().mean())


def generator_least_squares(generated: Float[Tensor, " m"], *, c: float) -> Float[Tensor, ""]:
    """Computes ½ E[(D(G(z)) − c)²].

    Args:
        generated: scores of generated images.
        c: what the generator wants the discriminator to say.

    Source: Mao et al. 2016 (arXiv:1611.04076), equation 2.
    """
    return 0.5 * (generated - c).square().mean()
