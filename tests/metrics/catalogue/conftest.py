"""Evidence for the metrics on classes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from metrics import Features, Labels, Probabilities, Provenance


@pytest.fixture(scope="session")
def make_probabilities() -> Callable[[Tensor], Probabilities]:
    """`make_probabilities(values)`: class probabilities with a provenance that is alike."""

    def make(values: Tensor) -> Probabilities:
        return Probabilities(values, Provenance("inception_v3", "w", "tf1", "float32", len(values)))

    return make


@pytest.fixture
def logits(lcg: Callable[..., Tensor]) -> Tensor:
    return 4 * lcg(3, 50, 10)


@pytest.fixture(scope="session")
def make_labelled(make_features: Callable[[Tensor], Features]) -> Callable[..., tuple[Features, Labels]]:
    """`make_labelled(values, classes)`: features and labels of classes called 0, 1, …, 5."""

    def make(values: Tensor, classes: Tensor) -> tuple[Features, Labels]:
        return make_features(values), Labels(classes, tuple("012345"))

    return make


@pytest.fixture(scope="session")
def gaussian_classes() -> Callable[..., tuple[Tensor, Tensor]]:
    """`gaussian_classes(seed, count, classes)`: rows around classes' centres 2 apart, and their classes."""

    def make(seed: int, count: int, classes: int = 3) -> tuple[Tensor, Tensor]:
        generator = torch.Generator().manual_seed(seed)
        labels = torch.arange(count) % classes
        centres = 2**0.5 * torch.eye(3, dtype=torch.float64)
        return centres[labels] + torch.randn(count, 3, generator=generator, dtype=torch.float64), labels

    return make


@pytest.fixture(scope="session")
def scikit_learn() -> Callable[..., np.ndarray]:
    """`scikit_learn(train, rows)`: class probabilities of its logistic regression, l2 = 1e-3.

    Rows are standardised, and the bias is penalised as a column of ones.
    """

    def recognise(train: tuple[Tensor, Tensor], rows: Tensor) -> np.ndarray:
        mean, deviation = train[0].mean(dim=0), train[0].std(dim=0, correction=0)
        columns = [
            np.hstack([(part - mean) / deviation, np.ones((len(part), 1))]) for part in (train[0], rows)
        ]
        peer = LogisticRegression(
            C=1 / (1e-3 * len(train[0])), fit_intercept=False, tol=1e-8, max_iter=2000
        ).fit(columns[0], train[1].numpy())
        return peer.predict_proba(columns[1])

    return recognise


@pytest.fixture(scope="session")
def pictures_of() -> Callable[..., np.ndarray]:
    """`pictures_of(seed, count, side=16)`: smooth colour pictures, uint8 (count, side, side, 3)."""

    def make(seed: int, count: int, side: int = 16) -> np.ndarray:
        coarse = torch.rand(count, 3, 5, 5, generator=torch.Generator().manual_seed(seed))
        fine = torch.nn.functional.interpolate(coarse, (side, side), mode="bilinear", align_corners=True)
        return (255 * fine).round().byte().permute(0, 2, 3, 1).contiguous().numpy()

    return make
