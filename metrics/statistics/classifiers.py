"""Small classifiers on features, trained the same way every time: logistic regression and a small network."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy

from metrics.errors import TooFewSamplesError
from metrics.statistics.ordering import seeded_order, torch_generator

BLOCK_ROWS = 8192
Layers = Sequence[tuple[Tensor, Tensor]]


@dataclass(frozen=True)
class Classifier:
    """A trained classifier: standardisation, then layers with a ReLU between them.

    Attributes:
        shift: subtracted from each row (d,).
        scale: what the rows are divided by then (d,).
        layers: weight (in, out) and bias (out,) of each layer; the last one's outputs are the classes.
    """

    shift: Float[Tensor, " d"]
    scale: Float[Tensor, " d"]
    layers: Layers

    def logits(self, values: Float[Tensor, "n d"]) -> Float[Tensor, "n k"]:
        """Unnormalised log-probabilities of the classes (n, k), float64."""
        blocks = [
            _forward((block.to(self.shift) - self.shift) / self.scale, self.layers).double()
            for block in torch.split(values, BLOCK_ROWS)
        ]
        return torch.cat(blocks)

    def probabilities(self, values: Float[Tensor, "n d"]) -> Float[Tensor, "n k"]:
        """Probabilities of the classes (n, k), float64."""
        return self.logits(values).softmax(dim=1)

    def predict(self, values: Float[Tensor, "n d"]) -> Int[Tensor, " n"]:
        """The most probable class of each row (n,)."""
        return self.logits(values).argmax(dim=1)

    def correct(self, values: Float[Tensor, "n d"], labels: Int[Tensor, " n"]) -> Float[Tensor, " n"]:
        """1 for each row whose class is recognised, else 0; float64 (n,). Its mean is the accuracy."""
        return (self.predict(values) == labels).double()


def fit_linear(
    values: Float[Tensor, "n d"],
    labels: Int[Tensor, " n"],
    *,
    classes: int,
    l2: float = 1e-3,
    iterations: int = 100,
) -> Classifier:
    """Multinomial logistic regression by L-BFGS in float64.

    Minimises mean cross-entropy + l2/2 · (|weights|² + |biases|²) on standardised rows: strictly convex, so
    that there is one solution and nothing to seed. A class without a row is merely improbable.

    Args:
        values: rows (n, d).
        labels: classes (n,), from 0 to classes - 1.
        classes: number of classes k.
        l2: strength of the penalty, above 0.
        iterations: most steps.

    Raises:
        TooFewSamplesError: no row.

    Source: Hastie, Tibshirani, Friedman 2009, section 4.4; checked against scikit-learn's LogisticRegression.
    """
    rows, targets, shift, scale = _prepared(values, labels, seed=0, dtype=torch.float64)
    weights = torch.zeros(rows.shape[1], classes, dtype=torch.float64, requires_grad=True)
    biases = torch.zeros(classes, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [weights, biases],
        max_iter=iterations,
        tolerance_grad=1e-8,
        tolerance_change=1e-12,
        history_size=20,
        line_search_fn="strong_wolfe",
    )

    def loss() -> Tensor:
        optimizer.zero_grad()
        penalty = l2 / 2 * (weights.square().sum() + biases.square().sum())
        value = cross_entropy(rows @ weights + biases, targets) + penalty
        torch.autograd.backward(value)
        return value

    with torch.enable_grad():
        optimizer.step(loss)
    return Classifier(shift, scale, [(weights.detach(), biases.detach())])


def trained_mlps(
    values: Float[Tensor, "n d"],
    labels: Int[Tensor, " n"],
    *,
    classes: int,
    hidden: int = 20,
    phases: Sequence[int] = (100,),
    batch: int = 256,
    learning_rate: float = 1e-2,
    decay: float = 1e-3,
    seed: int = 0,
) -> Iterator[Classifier]:
    """After each phase of its training, a network of one hidden layer of ReLU units; AdamW in float32.

    Args:
        values: rows (n, d).
        labels: classes (n,), from 0 to classes - 1.
        classes: number of classes k.
        hidden: units of the hidden layer.
        phases: epochs of each phase; each goes on where the one before ended.
        batch: rows to a step.
        learning_rate: of a phase's first step; it falls linearly to zero, so that each phase ends settled.
        decay: weight decay.
        seed: fixes the first weights and the batches.

    Raises:
        TooFewSamplesError: no row.

    Source: Lopez-Paz and Oquab 2017, section 3.1 (20 hidden units, Adam, 100 epochs); Loshchilov and Hutter
    2017 (phases).
    """
    rows, targets, shift, scale = _prepared(values, labels, seed=seed, dtype=torch.float32)
    generator = torch_generator(seed)
    layers = _random_layers([rows.shape[1], hidden, classes], generator)
    parameters = list(itertools.chain.from_iterable(layers))
    for epochs in phases:
        optimizer = torch.optim.AdamW(parameters, lr=learning_rate, weight_decay=decay, fused=True)
        steps = epochs * math.ceil(len(rows) / batch)
        schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.01, total_iters=steps)
        with torch.enable_grad():
            for _ in range(epochs):
                for chosen in torch.split(torch.randperm(len(rows), generator=generator), batch):
                    optimizer.zero_grad()
                    loss = cross_entropy(_forward(rows.index_select(0, chosen), layers), targets[chosen])
                    torch.autograd.backward(loss)
                    optimizer.step()
                    schedule.step()
        yield Classifier(shift, scale, copied(layers))


def copied(layers: Layers) -> Layers:
    """Layers that further training leaves as they are."""
    return [(weight.detach().clone(), bias.detach().clone()) for weight, bias in layers]


def _forward(rows: Float[Tensor, "n d"], layers: Layers) -> Float[Tensor, "n k"]:
    for weight, bias in layers[:-1]:
        rows = torch.relu(rows @ weight + bias)
    weight, bias = layers[-1]
    return rows @ weight + bias


def _prepared(
    values: Float[Tensor, "n d"], labels: Int[Tensor, " n"], *, seed: int, dtype: torch.dtype
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Standardised rows and their labels in the seeded order, the shift and the scale."""
    if len(values) == 0:
        raise TooFewSamplesError("A classifier can't be trained on no image; give some of each class.")
    order = seeded_order(values, seed)
    rows = values[order]
    shift, scale = _standardisation(rows, dtype)
    return (rows.to(dtype) - shift) / scale, labels[order].long(), shift, scale


def _standardisation(values: Float[Tensor, "n d"], dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each column; 1 in the place of a deviation of 0."""
    mean = values.mean(dim=0, dtype=torch.float64)
    squares = torch.stack(
        [(block.double() - mean).square().sum(dim=0) for block in torch.split(values, BLOCK_ROWS)]
    )
    deviation = (squares.sum(dim=0) / len(values)).sqrt()
    scale = torch.where(deviation > 1e-12 * mean.abs().clamp(min=1e-12), deviation, 1.0)
    return mean.to(dtype), scale.to(dtype)


def _random_layers(sizes: Sequence[int], generator: torch.Generator) -> list[tuple[Tensor, Tensor]]:
    """He's initialisation: normal weights of variance 2/in, biases 0."""
    return [
        (
            (torch.randn(before, after, generator=generator) * math.sqrt(2 / before)).requires_grad_(),
            torch.zeros(after, requires_grad=True),
        )
        for before, after in itertools.pairwise(sizes)
    ]
