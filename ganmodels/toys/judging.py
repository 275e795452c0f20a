"""What a model's second network says of points: the value that its surface is drawn of, and its slopes."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ganmodels.losses.energy import reconstruction_energy
from ganmodels.recipe import Recipe
from ganmodels.registry import GENERATOR


@dataclass(frozen=True)
class Judge:
    """A discriminator or critic as a function of points.

    Attributes:
        name: of the network.
        quantity: what its value is, in a word.
        value: from points as a model sees them (n, 2, 1, 1) to one number each; differentiable.
    """

    name: str
    quantity: str
    value: Callable[[Tensor], Tensor]


def judge_of(networks: nn.ModuleDict, recipe: Recipe) -> Judge | None:
    """Finds who judges the generator's points; `None` where nobody does, as in a VAE.

    A network that answers points is an auto-encoder, and its value is the energy: the distance between a
    point and its reconstruction. Another's value is what it answers: a logit, a score.
    """
    name = next((player.name for player in recipe.players if player.name != GENERATOR), None)
    if name is None:
        return None
    network = networks[name]

    def energy(images: Tensor) -> Tensor:
        return reconstruction_energy(network(images), images)

    def answer(images: Tensor) -> Tensor:
        value: Tensor = network(images).flatten()
        return value

    reconstructs = network(torch.zeros(2, 2, 1, 1)).dim() > 2
    return Judge(name, "energy", energy) if reconstructs else Judge(name, "value", answer)


def slopes(judge: Judge, images: Float[Tensor, "n 2 1 1"]) -> Float[Tensor, " n"]:
    """Computes the norm of the value's gradient at each point, per unit of the model's images."""
    images = images.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(judge.value(images).sum(), images)
    norms: Tensor = gradient.flatten(1).norm(dim=1)
    return norms


def layer_slopes(network: nn.Sequential, images: Float[Tensor, "n 2 1 1"]) -> list[float]:
    """Computes the mean norm of the value's gradient by what each layer with weights answers.

    Args:
        network: a row of layers that ends in one value per point.
        images: points as the model sees them.

    Returns:
        One number per layer, from the input on; the last layer answers the value, whose own slope is 1, and
        is left out.

    Source: Gulrajani et al. 2017 (arXiv:1704.00028), section 3.2; theirs is of the loss on a whole batch,
    this one of the value at one point, on average.
    """
    answers: list[Tensor] = []
    value = images
    for layer in network:
        value = layer(value)
        if isinstance(layer, nn.Linear):
            answers.append(value)
    gradients = torch.autograd.grad(value.sum(), answers[:-1])
    return [float(gradient.norm(dim=1).mean()) for gradient in gradients]
