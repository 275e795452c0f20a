"""InfoGAN's lower bound on the information that images carry of the codes they were made from, in nats."""

import math

from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import cross_entropy


def categorical_information(scores: Float[Tensor, "n k"], chosen: Float[Tensor, "n k"]) -> Float[Tensor, ""]:
    """Computes E[log Q(c|x)] + H(c) of a code with k equally likely categories; at most log k.

    Args:
        scores: what Q says of each image, as logits.
        chosen: the category that each was made from, one-hot.

    Source: Chen et al. 2016 (arXiv:1606.03657), equations 4 and 5.
    """
    return math.log(scores.shape[1]) - cross_entropy(scores, chosen)


def continuous_information(
    mean: Float[Tensor, "n d"], log_std: Float[Tensor, "n d"], codes: Float[Tensor, "n d"]
) -> Float[Tensor, ""]:
    """Computes E[log Q(c|x)] + H(c) of codes uniform on [-1, 1], under a Gaussian Q; summed over the codes.

    Args:
        mean: of Q.
        log_std: logarithm of Q's standard deviation.
        codes: that the images were made from.

    Source: Chen et al. 2016 (arXiv:1606.03657), equations 4 and 5, and section 6.
    """
    standardised = (codes - mean) * (-log_std).exp()
    log_likelihood = -0.5 * standardised.square() - log_std - 0.5 * math.log(2 * math.pi)
    return (log_likelihood + math.log(2)).sum(dim=1).mean()
