"""Energies: reconstruction errors, EBGAN's margin between them, and its term that pulls samples apart."""

from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import normalize, relu


def reconstruction_energy(
    decoded: Float[Tensor, "n ..."], images: Float[Tensor, "n ..."]
) -> Float[Tensor, " n"]:
    """Computes ‖Dec(Enc(x)) − x‖₂ per image, in the unit of a pixel.

    Args:
        decoded: reconstructions.
        images: what they should be.

    Source: Zhao et al. 2016 (arXiv:1609.03126), section 2.3.
    """
    norms: Tensor = (decoded - images).flatten(1).norm(dim=1)
    return norms


def absolute_error(decoded: Float[Tensor, "n ..."], images: Float[Tensor, "n ..."]) -> Float[Tensor, ""]:
    """Computes the mean absolute difference per number of an image, BEGAN's L.

    Args:
        decoded: reconstructions.
        images: what they should be.

    Source: Berthelot et al. 2017 (arXiv:1703.10717), equation 1 with η = 1.
    """
    return (decoded - images).abs().mean()


def margin_loss(
    real: Float[Tensor, " n"], generated: Float[Tensor, " m"], margin: float
) -> Float[Tensor, ""]:
    """Computes E[D(x)] + E[max(0, margin − D(G(z)))] of energies D.

    Args:
        real: energies of real images.
        generated: energies of generated images.
        margin: energy above which a generated image is left alone.

    Source: Zhao et al. 2016 (arXiv:1609.03126), equation 1.
    """
    return real.mean() + relu(margin - generated).mean()


def pulling_away(codes: Float[Tensor, "n d"]) -> Float[Tensor, ""]:
    """Computes the mean squared cosine between the codes of different images: 0 orthogonal, 1 collapsed.

    Args:
        codes: the encoder's answers to a batch of at least 2 generated images.

    Source: Zhao et al. 2016 (arXiv:1609.03126), equation 4.
    """
    count = len(codes)
    directions = normalize(codes)
    squared = (directions @ directions.T).square()
    return (squared.sum() - squared.diagonal().sum()) / (count * (count - 1))
