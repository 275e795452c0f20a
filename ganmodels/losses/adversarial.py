"""The adversarial game of the first GAN paper, on a discriminator's logits."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, softplus


def discriminator_cross_entropy(
    real: Float[Tensor, " n"], generated: Float[Tensor, " m"], *, real_label: float = 1.0
) -> Float[Tensor, ""]:
    """Computes −E[log D(x)] − E[log(1 − D(G(z)))], which the discriminator minimises; 2 log 2 where D = 1/2.

    Args:
        real: logits of real images.
        generated: logits of generated images.
        real_label: target for real images; 0.9 is one-sided label smoothing.

    Source: Goodfellow et al. 2014, equation 1; smoothing: Salimans et al. 2016 (arXiv:1606.03498), section
    3.4.
    """
    on_real = binary_cross_entropy_with_logits(real, torch.full_like(real, real_label))
    on_generated = binary_cross_entropy_with_logits(generated, torch.zeros_like(generated))
    return on_real + on_generated


def minimax(generated: Float[Tensor, " n"]) -> Float[Tensor, ""]:
    """Computes E[log(1 − D(G(z)))], the game as proved; its gradient vanishes where D rejects every sample.

    Args:
        generated: logits of generated images.

    Source: Goodfellow et al. 2014, equation 1 and algorithm 1.
    """
    return -softplus(generated).mean()


def non_saturating(generated: Float[Tensor, " n"]) -> Float[Tensor, ""]:
    """Computes −E[log D(G(z))], the game as played: same fixed point, stronger gradient early on.

    Args:
        generated: logits of generated images.

    Source: Goodfellow et al. 2014, section 3, last paragraph.
    """
    return softplus(-generated).mean()


def game_value(real: Float[Tensor, " n"], generated: Float[Tensor, " m"]) -> Float[Tensor, ""]:
    """Computes V(D, G) = E[log D(x)] + E[log(1 − D(G(z)))]; −2 log 2 at equilibrium, where D = 1/2.

    Args:
        real: logits of real images.
        generated: logits of generated images.

    Source: Goodfellow et al. 2014, equation 1 and theorem 1.
    """
    return -discriminator_cross_entropy(real, generated)
