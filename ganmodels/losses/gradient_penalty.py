"""The two-sided gradient penalty: a critic of slope one on the lines between real and generated images."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from ganmodels.precision import full


def interpolates(
    real: Float[Tensor, "n ..."], generated: Float[Tensor, "n ..."], mix: Float[Tensor, " n"]
) -> Float[Tensor, "n ..."]:
    """Mixes each real image with a generated one: mix · real + (1 − mix) · generated.

    Args:
        real: real images.
        generated: generated images.
        mix: share of the real image, one number in [0, 1] per pair.

    Source: Gulrajani et al. 2017, algorithm 1, line 6.
    """
    share = mix.view(-1, *[1] * (real.dim() - 1))
    return share * real + (1 - share) * generated


def gradient_penalty(
    critic: Callable[[Tensor], Tensor],
    real: Float[Tensor, "n ..."],
    generated: Float[Tensor, "n ..."],
    mix: Float[Tensor, " n"],
) -> Float[Tensor, ""]:
    """Computes E[(‖∇ critic(x̂)‖₂ − 1)²] at the interpolates x̂; (‖w‖ − 1)² for a linear critic w·x.

    In float32 whatever the training's precision, and with the critic uncompiled.

    Args:
        critic: maps images to one score each; must treat each image by itself.
        real: real images.
        generated: generated images; no gradient flows to their generator.
        mix: see `interpolates`.

    Returns:
        A scalar that can be differentiated again, by the critic's weights.

    Source: Gulrajani et al. 2017, equation 3.
    """
    points = interpolates(real, generated.detach(), mix).requires_grad_(True)
    with full(points.device):
        (slopes,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    penalty: Tensor = (slopes.flatten(1).norm(dim=1) - 1).square().mean()
    return penalty
