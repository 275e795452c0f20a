"""Features with their classes, as classifiers are trained and tested on them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from metrics.errors import InvalidEvidenceError, TooFewSamplesError
from metrics.evidence.kinds import Features, Labels
from metrics.statistics.classifiers import Classifier, fit_linear
from metrics.statistics.ordering import seeded_order


@dataclass(frozen=True)
class Labelled:
    """Rows (n, d), the class of each (n,), and how many classes there are."""

    rows: Float[Tensor, "n d"]
    labels: Int[Tensor, " n"]
    classes: int

    def train(self, *, l2: float) -> Classifier:
        """A multinomial logistic regression on these rows."""
        return fit_linear(self.rows, self.labels, classes=self.classes, l2=l2)

    def correct(self, classifier: Classifier) -> Float[Tensor, " n"]:
        """1 for each of these rows that a classifier recognises, else 0."""
        return classifier.correct(self.rows, self.labels)

    def correct_among(self, classifier: Classifier, most: int) -> Float[Tensor, " n"]:
        """1 for each row whose class is among the `most` most probable, else 0; float64 (n,).

        Args:
            classifier: trained on rows of as many dimensions and classes.
            most: how many; all classes if there are no more.
        """
        best = classifier.logits(self.rows).topk(min(most, self.classes), dim=1).indices
        return (best == self.labels[:, None]).any(dim=1).double()


def labelled(features: Features, labels: Labels, *, limit: int, seed: int) -> Labelled:
    """Features and labels of the same images together, at most `limit` of them in their seeded order.

    Args:
        features: (n, d).
        labels: (n,) in the same order.
        limit: most images used.
        seed: fixes which are left out.

    Raises:
        InvalidEvidenceError: another number of labels than of features.
        TooFewSamplesError: fewer than two images.
    """
    if features.count != labels.count:
        raise InvalidEvidenceError(
            f"There are {labels.count} labels for {features.count} images; give one for each, in their order."
        )
    if features.count < 2:
        raise TooFewSamplesError(
            f"{features.count} labelled images can't train or test a classifier; give at least 2."
        )
    order = seeded_order(features.values, seed)[:limit]
    return Labelled(features.values[order], labels.values[order].to(torch.int64), len(labels.names))
