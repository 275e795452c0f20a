"""The evidence lower bound of a variational auto-encoder: Gaussian posterior, prior N(0, I), in nats."""

import math

from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import binary_cross_entropy

from ganmodels.precision import full


def reparametrise(
    mean: Float[Tensor, "n d"], log_variance: Float[Tensor, "n d"], noise: Float[Tensor, "n d"]
) -> Float[Tensor, "n d"]:
    """Turns standard normal noise into a draw from N(mean, exp(log_variance)), differentiable by both.

    Source: Kingma & Welling 2013, section 2.4.
    """
    return mean + (0.5 * log_variance).exp() * noise


def gaussian_kl(mean: Float[Tensor, "n d"], log_variance: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
    """Computes KL(N(mean, exp(log_variance)) ‖ N(0, 1)) per dimension: ½(μ² + σ² − 1 − log σ²).

    Returns:
        Nats, one number per image and dimension, at least 0.

    Source: Kingma & Welling 2013, appendix B.
    """
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)


def kl_term(kl: Float[Tensor, "n d"], free_bits: float = 0.0) -> Float[Tensor, ""]:
    """Sums the KL over dimensions, its mean over the batch floored at `free_bits` in each.

    Args:
        kl: nats per image and dimension.
        free_bits: nats that each dimension may carry for nothing; 0 turns it off.

    Source: floor per dimension: Kingma et al. 2016 (arXiv:1606.04934), section C.8.
    """
    return kl.mean(dim=0).clamp(min=free_bits).sum() if free_bits > 0 else kl.sum(dim=1).mean()


def bernoulli_nll(decoded: Float[Tensor, "n ..."], images: Float[Tensor, "n ..."]) -> Float[Tensor, ""]:
    """Computes −E[log p(x|z)] for pixels in [0, 1] read as probabilities of ink; summed over pixels.

    Args:
        decoded: the decoder's means, in [0, 1].
        images: targets in [0, 1].

    Source: Kingma & Welling 2013, appendix C.1.
    """
    with full(images.device):  # near 0 and 1 rounded probabilities lose their logarithm
        return binary_cross_entropy(decoded, images, reduction="sum") / len(images)


def gaussian_nll(
    decoded: Float[Tensor, "n ..."], images: Float[Tensor, "n ..."], std: float
) -> Float[Tensor, ""]:
    """Computes −E[log p(x|z)] for pixels with Gaussian noise of fixed deviation; summed over pixels.

    Args:
        decoded: the decoder's means.
        images: targets.
        std: standard deviation of a pixel, in the images' unit.

    Source: Kingma & Welling 2013, appendix C.2, with σ fixed.
    """
    constant = 0.5 * math.log(2 * math.pi * std**2) * images[0].numel()
    return 0.5 * ((decoded - images) / std).square().flatten(1).sum(dim=1).mean() + constant
