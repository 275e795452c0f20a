"""Deterministic numbers, evidence around them, and a network small enough to run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from metrics import Extractor, Features, Provenance
from metrics.extractors.catalogue import inception_v3

Draw = Callable[..., Tensor]
MakeFeatures = Callable[..., Features]


def _lcg(seed: int, *shape: int) -> Tensor:
    values = np.empty(int(np.prod(shape)))
    state = seed
    for index in range(len(values)):
        state = (1103515245 * state + 12345) % 2**31
        values[index] = state / 2**31
    return torch.from_numpy(values).reshape(shape)


@pytest.fixture(scope="session")
def lcg() -> Draw:
    """`lcg(seed, *shape)`: float64 in [0, 1), the same on every machine."""
    return _lcg


@pytest.fixture(scope="session")
def numbers() -> dict[str, float]:
    """Numbers from independent sources by name; their origins are in the file."""
    path = Path(__file__).parents[1] / "reference" / "metric_numbers.json"
    return {name: item["value"] for name, item in json.loads(path.read_text()).items()}


@pytest.fixture(scope="session")
def vector_a() -> Tensor:
    return _lcg(1, 64, 8)


@pytest.fixture(scope="session")
def vector_b() -> Tensor:
    return 0.8 * _lcg(2, 64, 8) + 0.25


@pytest.fixture(scope="session")
def make_features() -> MakeFeatures:
    """`make_features(values, **provenance)`: features with a provenance that is alike by default."""

    def make(values: Tensor, **changes: str) -> Features:
        origin = {
            "extractor": "inception_v3",
            "weights_digest": inception_v3.WEIGHTS.sha256,
            "protocol": "pytorch_fid",
            "dtype": "float32",
        }
        return Features(values, Provenance(**{**origin, **changes}, count=len(values)))

    return make


class CountingNetwork:
    """Mean colours and a softmax of them; counts the images it has seen."""

    def __init__(self) -> None:
        self.images_seen = 0

    def __call__(self, pixels: Tensor) -> dict[str, Tensor]:
        self.images_seen += len(pixels)
        halves = torch.cat([part.mean(dim=(2, 3)) for part in pixels.chunk(2, dim=2)], dim=1)
        return {"features": halves, "probabilities": (4 * halves).softmax(dim=1)}

    def to(self, device: torch.device) -> CountingNetwork:
        return self


@pytest.fixture
def small_extractor() -> Extractor:
    """An extractor of six features and classes that runs in no time."""
    return Extractor(
        name="small",
        title="Small",
        weights_digest="none",
        outputs=frozenset({"features", "probabilities"}),
        size_px=8,
        protocols=("pytorch_fid", "tf1"),
        network=CountingNetwork(),
    )


@pytest.fixture(scope="session")
def pictures() -> Callable[[int, int], np.ndarray]:
    """`pictures(seed, count)`: uint8 (count, 12, 10, 3)."""

    def make(seed: int, count: int) -> np.ndarray:
        return np.random.default_rng(seed).integers(0, 256, (count, 12, 10, 3), dtype=np.uint8)

    return make
