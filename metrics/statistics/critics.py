"""A critic that estimates a Wasserstein distance: a network whose slope is held near one."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.statistics.classifiers import Layers
from metrics.statistics.ordering import torch_generator

BLOCK_ROWS = 4096


@dataclass(frozen=True)
class Critic:
    """A trained critic on rows that are shifted and divided by one number.

    Attributes:
        shift: subtracted from each row (d,).
        scale: the one number, so that slopes keep their meaning.
        layers: weight (in, out) and bias (out,) of each layer.
    """

    shift: Float[Tensor, " d"]
    scale: float
    layers: Layers

    def __call__(self, values: Float[Tensor, "n d"]) -> Float[Tensor, " n"]:
        """Values of the critic in the units of the rows (n,), float64: real rows have higher ones."""
        blocks = [_value(self._scaled(block), self.layers) for block in torch.split(values, BLOCK_ROWS)]
        return self.scale * torch.cat(blocks).double()

    def steepest(self, one: Float[Tensor, "n d"], other: Float[Tensor, "n d"]) -> float:
        """The largest slope on the way between rows of two sets, at nine points of each way."""
        return max(
            float(_slopes(self._scaled(torch.lerp(one, other, share)), self.layers).max())
            for share in torch.linspace(0, 1, 9).tolist()
        )

    def _scaled(self, values: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
        return (values.float() - self.shift) / self.scale


def fit_critic(
    real: Float[Tensor, "n d"],
    made: Float[Tensor, "m d"],
    *,
    hidden: int,
    steps: int,
    penalty: float,
    batch: int = 256,
    learning_rate: float = 1e-3,
    seed: int = 0,
) -> Critic:
    """A network of two hidden layers that maximises E f(real) - E f(made) - penalty · E (|grad f| - 1)²₊.

    The slope is penalised between pairs of real and made rows, and only where it is above one (the one-sided
    form, since a critic between sets that are alike needs no slope).

    Args:
        real: rows (n, d) in a random order.
        made: rows (m, d) in a random order.
        hidden: units of each hidden layer.
        steps: number of Adam steps.
        penalty: weight of the penalty.
        batch: rows of each set to a step.
        learning_rate: of the first step; it falls linearly to zero.
        seed: fixes the first weights and the batches.

    Source: Gulrajani et al. 2017, algorithm 1 and section 4; Arjovsky et al. 2017, section 3.
    """
    together = torch.cat([real, made])
    shift = together.mean(dim=0, dtype=torch.float64).float()
    scale = float((together - shift).square().sum(dim=1, dtype=torch.float64).mean().sqrt()) or 1.0
    one, other = (real.float() - shift) / scale, (made.float() - shift) / scale
    generator = torch_generator(seed)
    layers = _random_layers([one.shape[1], hidden, hidden, 1], generator)
    parameters = list(itertools.chain.from_iterable(layers))
    optimizer = torch.optim.Adam(parameters, lr=learning_rate, betas=(0.5, 0.9))
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.01, total_iters=steps)
    with torch.enable_grad():
        for _ in range(steps):
            first = one[torch.randint(len(one), (batch,), generator=generator)]
            second = other[torch.randint(len(other), (batch,), generator=generator)]
            between = torch.lerp(first, second, torch.rand(batch, 1, generator=generator))
            excess = (_slopes(between, layers, differentiable=True) - 1).clamp(min=0).square().mean()
            gap = _value(first, layers).mean() - _value(second, layers).mean()
            optimizer.zero_grad()
            torch.autograd.backward(penalty * excess - gap)
            optimizer.step()
            schedule.step()
    return Critic(shift, scale, [(weight.detach(), bias.detach()) for weight, bias in layers])


def _value(rows: Float[Tensor, "n d"], layers: Layers) -> Float[Tensor, " n"]:
    for weight, bias in layers[:-1]:
        rows = torch.nn.functional.softplus(rows @ weight + bias, beta=5)
    weight, bias = layers[-1]
    return (rows @ weight + bias)[:, 0]


def _slopes(
    rows: Float[Tensor, "n d"], layers: Layers, *, differentiable: bool = False
) -> Float[Tensor, " n"]:
    """Length of the critic's gradient at each row."""
    with torch.enable_grad():
        rows = rows.detach().requires_grad_()
        (gradients,) = torch.autograd.grad(_value(rows, layers).sum(), rows, create_graph=differentiable)
    # The root of zero has no derivative.
    return (gradients.square().sum(dim=1) + 1e-12).sqrt()


def _random_layers(sizes: list[int], generator: torch.Generator) -> list[tuple[Tensor, Tensor]]:
    return [
        (
            (torch.randn(before, after, generator=generator) / math.sqrt(before)).requires_grad_(),
            torch.zeros(after, requires_grad=True),
        )
        for before, after in itertools.pairwise(sizes)
    ]
