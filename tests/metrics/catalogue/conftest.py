"""Evidence for the metrics on classes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from torch import Tensor

from metrics import Probabilities, Provenance


@pytest.fixture(scope="session")
def make_probabilities() -> Callable[[Tensor], Probabilities]:
    """`make_probabilities(values)`: class probabilities with a provenance that is alike."""

    def make(values: Tensor) -> Probabilities:
        return Probabilities(values, Provenance("inception_v3", "w", "tf1", "float32", len(values)))

    return make


@pytest.fixture
def logits(lcg: Callable[..., Tensor]) -> Tensor:
    return 4 * lcg(3, 50, 10)
