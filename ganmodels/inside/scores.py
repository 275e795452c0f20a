"""What a critic or discriminator thinks of a set of images."""

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from ganmodels.errors import InsideError
from ganmodels.generator import BLOCK
from ganmodels.inside.judges import Judge

_BINS = 32


@dataclass(frozen=True)
class Judgement:
    """Scores of two sets; higher is more real in the judge's eyes, and no more than that.

    Attributes:
        judge: "critic" or "discriminator".
        real: scores of the given images.
        generated: scores of the generator's.
        meaning: what the number is.
    """

    judge: str
    real: Float[Tensor, " n"]
    generated: Float[Tensor, " m"]
    meaning: str

    @property
    def told_apart(self) -> float:
        """Share of pairs in which the real image scores higher, ties by half; 0.5: not told apart."""
        real, generated = self.real.double(), self.generated.double().sort().values
        below = torch.searchsorted(generated, real).double()
        not_above = torch.searchsorted(generated, real, right=True).double()
        return float(((below + not_above) / (2 * len(generated))).mean())

    def extremes(self, count: int) -> tuple[Int[Tensor, " k"], Int[Tensor, " k"]]:
        """Returns the given images' indices from the most real down, and from the least real up."""
        order = self.real.argsort(descending=True, stable=True)
        return order[:count], order.flip(0)[:count]

    def histogram(self) -> dict[str, list[float]]:
        """Counts both sets in 32 bins of equal width; edges (33,)."""
        both = torch.cat([self.real, self.generated]).double()
        low, high = float(both.min()), float(both.max())
        high = high if high > low else low + 1
        counts = {
            name: torch.histc(values.double(), _BINS, low, high).tolist()
            for name, values in (("real", self.real), ("generated", self.generated))
        }
        return {"edges": torch.linspace(low, high, _BINS + 1, dtype=torch.float64).tolist(), **counts}

    def as_json(self) -> dict[str, Any]:
        """Returns its numbers as plain data."""
        return {
            "judge": self.judge,
            "meaning": self.meaning,
            "told_apart": self.told_apart,
            "real": self.real.tolist(),
            "generated": self.generated.tolist(),
            "histogram": self.histogram(),
        }


def judge(
    by: Judge,
    real: UInt8[Tensor, "n c h w"],
    generated: UInt8[Tensor, "m c2 h2 w2"],
    *,
    real_labels: Int[Tensor, " n"] | None = None,
    generated_labels: Int[Tensor, " m"] | None = None,
) -> Judgement:
    """Scores two sets of images by a critic or discriminator.

    An auto-encoding discriminator (EBGAN's, BEGAN's) scores by its mean absolute reconstruction error, with
    the sign turned. Scores of two judges do not compare.

    Args:
        by: the judge.
        real: images to score.
        generated: images of the generator that the judge was trained against.
        real_labels: classes, for a judge that is told them.
        generated_labels: the same.

    Raises:
        InsideError: images of another shape, an empty set, or classes missing or unknown to the judge.
    """
    scores, kinds = [], []
    for images, labels in ((real, real_labels), (generated, generated_labels)):
        values, meaning = _scores(by, images, labels)
        scores.append(values)
        kinds.append(meaning)
    return Judgement(by.name, scores[0], scores[1], kinds[0])


@torch.no_grad()
def _scores(
    by: Judge, images: UInt8[Tensor, "n c h w"], labels: Int[Tensor, " n"] | None
) -> tuple[Float[Tensor, " n"], str]:
    _check(by, images, labels)
    low, high = by.image_range
    found, meaning = [], ""
    for rows in torch.arange(len(images)).split(BLOCK):
        batch = images[rows].float() * ((high - low) / 255) + low
        told = () if by.class_count is None or labels is None else (labels[rows],)
        answer: Tensor = by.network(batch, *told)
        if answer.shape == batch.shape:
            values, meaning = -(answer - batch).abs().flatten(1).mean(dim=1), "minus the reconstruction error"
        else:
            values, meaning = answer.flatten(1).mean(dim=1), f"the {by.name}'s answer"
        found.append(values)
    return torch.cat(found), meaning


def _check(by: Judge, images: UInt8[Tensor, "n c h w"], labels: Int[Tensor, " n"] | None) -> None:
    if not len(images) or tuple(images.shape[1:]) != by.image_shape:
        raise InsideError(
            f"{len(images)} images of {tuple(images.shape[1:])} (channels, height, width) can't be scored by "
            f"a {by.name} of {by.image_shape}; give images of that shape"
        )
    if by.class_count is None:
        return
    if labels is None:
        raise InsideError(f"the {by.name} is told classes and the images have none; see train --help")
    if not 0 <= int(labels.min()) <= int(labels.max()) < by.class_count:
        raise InsideError(
            f"the images have classes up to {int(labels.max())} and the {by.name} knows {by.class_count}; "
            "leave the others out"
        )
