"""How images are presented must not tell the demo's photographs from its generated images."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from evalsite.launch.demo import MODELS, REFERENCE_FILE, SAMPLE_COUNT, SAMPLE_SEED, Model
from evalsite.launch.presentation import FRAME_PX, GREY_LEVELS, present
from ganmodels import checkpoints

Images = NDArray[np.uint8]
Values = NDArray[np.float64]

MOST_RIGHT = 0.6
"""Largest share right for one feature, both kinds weighing the same. Judged are 10,000 real and 512 generated
images: standard error at most .012. No allowance is made for it, as images and halves are fixed."""

DARK = 32


def borders(images: Images, width_px: int = 1) -> Images:
    """The pixels of each image's border, (n, pixels)."""
    inside = np.zeros(images.shape[1:3], bool)
    inside[width_px:-width_px, width_px:-width_px] = True
    return images[:, ~inside]


def corners(images: Images) -> Images:
    return images[:, [0, 0, -1, -1], [0, -1, 0, -1]]


def dark_mean(images: Images) -> Values:
    """Mean of the pixels of a black or nearly black background."""
    dark = images < DARK
    return np.where(dark, images, 0).sum((1, 2)) / np.maximum(dark.sum((1, 2)), 1)


def level_count(images: Images) -> Values:
    return np.array([len(np.unique(image)) for image in images], float)


FEATURES: dict[str, Callable[[Images], Values]] = {
    "border: mean": lambda images: borders(images).mean(1),
    "border: largest": lambda images: borders(images).max(1).astype(float),
    "border: share of zeros": lambda images: (borders(images) == 0).mean(1),
    "border: standard deviation": lambda images: borders(images).std(1),
    "border: differences of neighbours": lambda images: np.abs(np.diff(images[:, 0].astype(float))).mean(1),
    "border of 2: mean": lambda images: borders(images, 2).mean(1),
    "border of 2: largest": lambda images: borders(images, 2).max(1).astype(float),
    "border of 2: share of zeros": lambda images: (borders(images, 2) == 0).mean(1),
    "corners: mean": lambda images: corners(images).mean(1),
    "corners: largest": lambda images: corners(images).max(1).astype(float),
    "background: mean": dark_mean,
    "background: noise": lambda images: ((images > 0) & (images < DARK)).mean((1, 2)),
    "share of zeros": lambda images: (images == 0).mean((1, 2)),
    "smallest": lambda images: images.min((1, 2)).astype(float),
    "smallest above 0": lambda images: np.where(images == 0, 255, images).min((1, 2)).astype(float),
    "largest": lambda images: images.max((1, 2)).astype(float),
    "share of 255": lambda images: (images == 255).mean((1, 2)),
    "mean": lambda images: images.mean((1, 2)),
    "number of grey levels": level_count,
}


@cache
def real_images() -> Images:
    with np.load(REFERENCE_FILE) as file:
        images: Images = file["arr_0"][..., 0]
    return images


@cache
def presented_features() -> dict[str, Values]:
    """Each feature of the real images as the demo shows them."""
    images = presented(real_images())
    return {name: feature(images) for name, feature in FEATURES.items()}


@cache
def generated_images(model: Model) -> Images:
    """The demo's images of a model before they are presented."""
    samples = checkpoints.load(model.file).sample(SAMPLE_COUNT, SAMPLE_SEED)
    return samples[:, 0].numpy()


def presented(images: Images) -> Images:
    return present(images[..., None])[..., 0]


def share_right(real: Values, generated: Values) -> float:
    """How often the best threshold of one half of the images is right about the other, both ways round."""
    (real_a, real_b), (generated_a, generated_b) = np.split(real, 2), np.split(generated, 2)
    there = apply_threshold(*best_threshold(real_a, generated_a), real_b, generated_b)
    back = apply_threshold(*best_threshold(real_b, generated_b), real_a, generated_a)
    return (there + back) / 2


def best_threshold(real: Values, generated: Values) -> tuple[float, bool]:
    """The threshold that tells most images right, and whether the real ones lie at or below it."""
    thresholds = np.unique(np.concatenate([real, generated]))
    lead = share_below(real, thresholds) - share_below(generated, thresholds)
    best = int(np.abs(lead).argmax())
    return float(thresholds[best]), bool(lead[best] > 0)


def share_below(values: Values, thresholds: Values) -> Values:
    """Share of the values at or below each threshold."""
    return np.searchsorted(np.sort(values), thresholds, side="right") / len(values)


def apply_threshold(threshold: float, below: bool, real: Values, generated: Values) -> float:
    """Share right, both kinds weighing the same."""
    right = ((real <= threshold).mean() + (generated > threshold).mean()) / 2
    return float(right if below else 1 - right)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.condition)
def test_no_feature_of_the_presentation_tells_real_from_generated(model: Model) -> None:
    generated = presented(generated_images(model))
    told = {name: share_right(real, FEATURES[name](generated)) for name, real in presented_features().items()}
    assert {name: share for name, share in told.items() if share > MOST_RIGHT} == {}


@pytest.mark.parametrize("feature", ["border: share of zeros", "background: noise", "largest"])
def test_without_it_single_features_do(feature: str) -> None:
    model = next(model for model in MODELS if model.condition == "wgan")
    measure = FEATURES[feature]
    assert share_right(measure(real_images()), measure(generated_images(model))) > 0.85


def test_every_image_has_a_black_frame_the_same_levels_and_its_size() -> None:
    images = np.random.default_rng(0).integers(40, 200, (3, 32, 32, 1), dtype=np.uint8)
    drawn = present(images)
    assert drawn.shape == images.shape
    assert borders(drawn[..., 0], FRAME_PX).max() == 0
    assert set(np.unique(drawn)) <= {round(step * 255 / (GREY_LEVELS - 1)) for step in range(GREY_LEVELS)}
    assert (drawn.max((1, 2, 3)) == 255).all()


def test_a_black_image_stays_black() -> None:
    assert present(np.zeros((1, 32, 32, 3), np.uint8)).max() == 0
