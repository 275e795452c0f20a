"""Classifier two-sample tests: how often real and generated images can be told apart.

Lopez-Paz, Oquab: Revisiting Classifier Two-Sample Tests, ICLR 2017, arXiv:1610.06545; the nearest neighbour
with its accuracy on either set: Xu et al. 2018, arXiv:1806.07755.

It does not say what gives the generated images away: one constant artefact is enough for an accuracy of 1. A
nearest-neighbour accuracy below one half is no better than above: both accuracies near 0 mean that each
generated image sits on a real one, as copies do; low on real and high on generated images means collapse.
"""

import math
from typing import Annotated

import torch
from jaxtyping import Float, Int
from scipy import stats
from torch import Tensor

from metrics.errors import InvalidSettingError, TooFewSamplesError
from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.registry.signatures import Range
from metrics.statistics.classifiers import trained_mlps
from metrics.statistics.convergence import Convergence, judge, phases, sentence, until_settled
from metrics.statistics.neighbours import neighbour_table
from metrics.statistics.ordering import at_most, shuffled
from metrics.statistics.resampling import Interval, Z, standard_error, wilson_interval
from metrics.statistics.shared_neighbours import HOW, linked_share_interval

FIRST_PHASE = 50
"""Epochs; with the second phase they are the 100 of the paper."""


@register(
    name="c2st",
    title="Classifier two-sample test",
    paper="arXiv:1610.06545",
    quantities=[
        Quantity(
            "c2st_neighbour",
            better="lower",
            ideal=0.5,
            senses={"fidelity", "diversity"},
            title="1-NN two-sample accuracy",
        ),
        Quantity(
            "c2st_neighbour_real",
            better="lower",
            ideal=0.5,
            senses={"fidelity", "diversity"},
            title="1-NN two-sample accuracy on real images",
        ),
        Quantity(
            "c2st_neighbour_generated",
            better="lower",
            ideal=0.5,
            senses={"fidelity", "diversity"},
            title="1-NN two-sample accuracy on generated images",
        ),
        Quantity(
            "c2st_network",
            better="lower",
            ideal=0.5,
            senses={"fidelity", "diversity"},
            title="Network two-sample accuracy",
        ),
    ],
)
def c2st(
    reference: Features,
    generated: Features,
    *,
    images: int = 10_000,
    hidden: int = 20,
    epochs: Annotated[int, Range(2)] = 400,
    seed: int = 0,
) -> dict[str, Measured]:
    """Accuracies of a 1-NN classifier, leaving one out, and of a small network on the half it hasn't seen.

    The network is trained in phases, each as long as all before it together. The rise of its accuracy in a
    phase is the gap. Training ends when the gap is within a tenth of the interval or within chance; the
    interval reaches up by the gap. A gap wider than the interval is refused.

    Args:
        reference: features of the real images (n, d).
        generated: features of the generated images (m, d).
        images: most images used of either set; equally many of both are.
        hidden: hidden units of the network.
        epochs: most times that the network sees its half, at least 2.
        seed: fixes which images are used, the halves, and the network.

    Returns:
        `c2st_neighbour` and its parts `c2st_neighbour_real` and `c2st_neighbour_generated`; `c2st_network`,
        with its p-value in a note. All in [0, 1]; one half for equal distributions (the neighbour's
        (n - 1)/(2n - 1) with n images of each).

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        InvalidSettingError: fewer than two epochs.
        NotConvergedError: the gap is wider than the interval.
        TooFewSamplesError: a set has fewer than four images.

    Source: Lopez-Paz and Oquab 2017, sections 2 and 3; checked against scikit-learn's KNeighborsClassifier.
    """
    if epochs < 2:
        raise InvalidSettingError(
            f"Training of {epochs} epochs can't be shown to converge; give at least 2 epochs."
        )
    size = min(images, reference.count, generated.count)
    if size < 4:
        raise TooFewSamplesError(
            f"{reference.count} real and {generated.count} generated images can't train and test a "
            "classifier; give at least 4 of each."
        )
    correct, nearest = _neighbour_correct(at_most(reference, size, seed), at_most(generated, size, seed))
    real = shuffled(reference.values, seed, limit=size)
    made = shuffled(generated.values, seed, limit=size)
    network = _network(real, made, hidden=hidden, epochs=epochs, seed=seed)
    return {
        "c2st_neighbour": _linked_share(correct, nearest, nearest),
        "c2st_neighbour_real": _linked_share(correct[:size], nearest[:size], nearest),
        "c2st_neighbour_generated": _linked_share(correct[size:], nearest[size:], nearest),
        "c2st_network": network,
    }


def _neighbour_correct(real: Features, made: Features) -> tuple[Float[Tensor, " n"], Int[Tensor, " n"]]:
    """1 where the nearest other image is of the same set, a half for a tie; and that image's place.

    The real images come first, then the generated ones.
    """
    on_real, of_real, across = _own_is_nearer(real, made)
    on_made, of_made, back = _own_is_nearer(made, real)
    count = real.count
    nearest = (
        torch.where(on_real > 0, of_real, across + count),
        torch.where(on_made > 0, of_made + count, back),
    )
    return torch.cat([on_real, on_made]), torch.cat(nearest)


def _own_is_nearer(
    one: Features, other: Features
) -> tuple[Float[Tensor, " n"], Int[Tensor, " n"], Int[Tensor, " n"]]:
    """1 where the nearest other image is of the same set, and the places of the nearest in either set."""
    own, across = neighbour_table(one, one, 1), neighbour_table(one, other, 1)
    inside, outside = own.distances[:, 0], across.distances[:, 0]
    nearer = torch.where(inside == outside, 0.5, (inside < outside).double())
    return nearer, own.indices[:, 0], across.indices[:, 0]


def _network(
    real: Float[Tensor, "n d"], made: Float[Tensor, "n d"], *, hidden: int, epochs: int, seed: int
) -> Measured:
    """Accuracy on the second halves of a network that is trained on the first halves."""
    half = len(real) // 2
    networks = trained_mlps(
        torch.cat([real[:half], made[:half]]),
        _labels(half),
        classes=2,
        hidden=hidden,
        phases=phases(epochs, first=FIRST_PHASE),
        seed=seed,
    )
    tests, labels = torch.cat([real[half:], made[half:]]), _labels(len(real) - half)
    correct, found = until_settled((network.correct(tests, labels) for network in networks), _compared)
    low, high = _wilson(correct)
    notes = (_p_note(correct), *(() if found.settled else (_sentence(epochs, found),)))
    how = "Wilson over the images tested, and the gap of the training"
    return Measured(
        float(correct.mean()), low=low, high=min(1.0, high + found.gap), notes=notes, interval=how
    )


def _labels(count: int) -> Int[Tensor, " n"]:
    """1 for so many real images, then 0 for as many generated ones."""
    return torch.cat([torch.ones(count), torch.zeros(count)]).long()


def _wilson(correct: Float[Tensor, " n"]) -> Interval:
    return wilson_interval(float(correct.sum()), len(correct))


def _compared(before: Float[Tensor, " n"], after: Float[Tensor, " n"]) -> Convergence:
    """The rise of the accuracy, on the same images."""
    rise = after - before
    return judge(float(rise.mean()), _wilson(after), chance=Z * standard_error(rise))


def _sentence(epochs: int, found: Convergence) -> str:
    return sentence(
        found,
        measured=f"the second half of the network's {epochs:,} epochs raised its accuracy by {found.gap:.3g}",
        off=f"{found.gap:.3g} too low",
        advice="raise `epochs`",
    )


def _linked_share(
    correct: Float[Tensor, " n"], neighbours: Int[Tensor, " n"], nearest: Int[Tensor, " m"]
) -> Measured:
    low, high = linked_share_interval(correct, neighbours, nearest)
    return Measured(float(correct.mean()), low=low, high=high, interval=HOW)


def _p_note(correct: Float[Tensor, " n"]) -> str:
    """Under equal distributions the accuracy is normal about 1/2 with the variance 1/(4 n)."""
    score = (float(correct.mean()) - 0.5) * 2 * math.sqrt(len(correct))
    return f"p = {float(stats.norm.sf(score)):.3g} that images of one distribution are told apart as well."
