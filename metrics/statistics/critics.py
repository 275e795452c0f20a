"""A critic that estimates a Wasserstein distance: a network whose slope is held near one."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import softplus

from metrics.statistics.classifiers import Layers, copied
from metrics.statistics.ordering import torch_generator

BLOCK_ROWS = 4096
SHARPNESS = 5.0
"""Of the softened corners between slopes, without which the penalty could not be followed down."""


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
        return self.scale * _value(self._entered(values), self.layers).double()

    def steepest(self, one: Float[Tensor, "n d"], other: Float[Tensor, "n d"]) -> float:
        """The largest slope on the way between rows of two sets, at nine points of each way.

        Args:
            one: ends of the ways (n, d).
            other: their other ends.
        """
        ends = self._entered(one), self._entered(other)
        ways = (torch.lerp(*ends, share) for share in torch.linspace(0, 1, 9).tolist())
        return max(float(_slopes(way, self.layers).max()) for way in ways)

    def _entered(self, values: Float[Tensor, "n d"]) -> Float[Tensor, "n h"]:
        blocks = torch.split(values, BLOCK_ROWS)
        return torch.cat([_enter((block.float() - self.shift) / self.scale, self.layers) for block in blocks])


def trained_critics(
    real: Float[Tensor, "n d"],
    made: Float[Tensor, "m d"],
    *,
    hidden: int,
    phases: Sequence[int],
    penalty: float,
    batch: int = 256,
    learning_rate: float = 1e-3,
    seed: int = 0,
) -> Iterator[Critic]:
    """Train a network of two hidden layers; the critic after each phase.

    It maximises E f(real) - E f(made) - penalty · E (|grad f| - 1)²₊.

    The slope is penalised between pairs of real and made rows, and only where it is above one (the one-sided
    form, since a critic between sets that are alike needs no slope).

    Args:
        real: rows (n, d) in a random order.
        made: rows (m, d) in a random order.
        hidden: units of each hidden layer.
        phases: Adam steps of each phase; each goes on where the one before ended.
        penalty: weight of the penalty.
        batch: rows of each set to a step.
        learning_rate: of a phase's first step; it falls linearly to zero, so that each phase ends settled.
        seed: fixes the first weights and the batches.

    Source: Gulrajani et al. 2017, algorithm 1 and section 4; Arjovsky et al. 2017, section 3; Loshchilov and
    Hutter 2017 (phases).
    """
    together = torch.cat([real, made])
    shift = together.mean(dim=0, dtype=torch.float64).float()
    scale = float((together - shift).square().sum(dim=1, dtype=torch.float64).mean().sqrt()) or 1.0
    one, other = (real.float() - shift) / scale, (made.float() - shift) / scale
    generator = torch_generator(seed)
    layers = _random_layers([one.shape[1], hidden, hidden, 1], generator)
    parameters = list(itertools.chain.from_iterable(layers))
    for steps in phases:
        optimizer = torch.optim.Adam(parameters, lr=learning_rate, betas=(0.5, 0.9), fused=True)
        schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.01, total_iters=steps)
        with torch.enable_grad():
            for _ in range(steps):
                first = _enter(_drawn(one, batch, generator), layers)
                second = _enter(_drawn(other, batch, generator), layers)
                between = torch.lerp(first, second, torch.rand(batch, 1, generator=generator))
                excess = (_slopes(between, layers) - 1).clamp(min=0).square().mean()
                gap = _value(first, layers).mean() - _value(second, layers).mean()
                optimizer.zero_grad()
                torch.autograd.backward(penalty * excess - gap)
                optimizer.step()
                schedule.step()
        yield Critic(shift, scale, copied(layers))


def _drawn(rows: Float[Tensor, "n d"], count: int, generator: torch.Generator) -> Float[Tensor, "b d"]:
    return rows.index_select(0, torch.randint(len(rows), (count,), generator=generator))


def _enter(rows: Float[Tensor, "n d"], layers: Layers) -> Float[Tensor, "n h"]:
    """What the first layer makes of each row: linear, so that it may be mixed in the place of the rows."""
    weight, bias = layers[0]
    return torch.addmm(bias, rows, weight)


def _value(entered: Float[Tensor, "n h"], layers: Layers) -> Float[Tensor, " n"]:
    return _deeper(entered, layers)[-1][:, 0]


def _deeper(entered: Float[Tensor, "n h"], layers: Layers) -> list[Float[Tensor, "n _k"]]:
    """What each layer makes of the one before, from the first to the last."""
    made = [entered]
    for weight, bias in layers[1:]:
        made.append(torch.addmm(bias, softplus(made[-1], beta=SHARPNESS), weight))
    return made


def _slopes(entered: Float[Tensor, "n h"], layers: Layers) -> Float[Tensor, " n"]:
    """Length of the critic's gradient at each row: by the chain rule, down to the first layer.

    Gᵀ below is the gradient by what the first layer W gives, so that its length by the row is (Gᵀ Wᵀ W G)^½:
    the many dimensions of the rows are gone through once for all of them.
    """
    *hidden, last = _deeper(entered, layers)
    gradients = torch.ones_like(last)
    for made, (weight, _) in zip(reversed(hidden), reversed(layers[1:]), strict=True):
        gradients = (gradients @ weight.T) * torch.sigmoid(SHARPNESS * made)
    first = layers[0][0]
    squared = ((gradients @ (first.T @ first)) * gradients).sum(dim=1)
    # The root of zero has no derivative.
    return (squared.clamp(min=0) + 1e-12).sqrt()


def _random_layers(sizes: list[int], generator: torch.Generator) -> list[tuple[Tensor, Tensor]]:
    return [
        (
            (torch.randn(before, after, generator=generator) / math.sqrt(before)).requires_grad_(),
            torch.zeros(after, requires_grad=True),
        )
        for before, after in itertools.pairwise(sizes)
    ]
