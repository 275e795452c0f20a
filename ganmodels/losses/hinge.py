"""The hinge game: a discriminator that asks for a margin of one on either side, and no more."""

from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import relu


def discriminator_hinge(real: Float[Tensor, " n"], generated: Float[Tensor, " m"]) -> Float[Tensor, ""]:
    """Computes E[max(0, 1 − D(x))] + E[max(0, 1 + D(G(z)))].

    Args:
        real: scores of real images.
        generated: scores of generated images.

    Source: Miyato et al. 2018 (arXiv:1802.05957), equation 16.
    """
    return relu(1 - real).mean() + relu(1 + generated).mean()
