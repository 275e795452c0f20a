"""Two-way intervals: against closed forms, and by simulated coverage over new raters and new images."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import expit

from evalsite.tasks.analysis.summaries import summarise_share
from evalsite.tasks.analysis.two_way import (
    Floats,
    Ints,
    Variance,
    image_covariance,
    moved_mean,
    sums,
    together,
)

RATER_SD, IMAGE_SD = 0.4, 0.6
"""Logits, as raters and images of public studies differ."""


def mean_over_raters(answers: Floats, raters: Ints, images: Ints, **kinds: Ints) -> tuple[float, Variance]:
    """The mean of one condition with its variance."""
    moved = moved_mean(answers, raters, images, **kinds)
    return moved.value, together({"": moved}).variances[""]


def _study(
    rng: np.random.Generator, raters: int, trials: int, images: int, middle: float
) -> tuple[Floats, Ints, Ints]:
    """Answers, raters and images: every rater judges some of the images, each once."""
    rater, image = rng.normal(0, RATER_SD, raters), rng.normal(0, IMAGE_SD, images)
    shown = np.stack([rng.permutation(images)[:trials] for _ in range(raters)])
    wrong = rng.random(shown.shape) < expit(middle + rater[:, None] + image[shown])
    return wrong.astype(np.float64).ravel(), np.repeat(np.arange(raters), trials), shown.ravel()


def _truth(middle: float) -> float:
    """The share over new raters and new images."""
    nodes, weights = hermegauss(60)
    spread = math.hypot(RATER_SD, IMAGE_SD)
    return float(weights @ expit(middle + spread * nodes) / weights.sum())


def _covered(raters: int, trials: int, images: int, middle: float = -0.5, studies: int = 300) -> float:
    rng, truth, held = np.random.default_rng(1), _truth(middle), 0
    for _ in range(studies):
        answers, who, what = _study(rng, raters, trials, images, middle)
        value, variance = mean_over_raters(answers, who, what)
        summary = summarise_share(value, variance, len(answers))
        assert summary.low is not None
        assert summary.high is not None
        held += summary.low <= truth <= summary.high
    return held / studies


@pytest.mark.slow
@pytest.mark.parametrize(
    ("raters", "trials", "images", "middle"),
    [
        (15, 100, 100, -0.5),
        (30, 200, 200, -0.5),
        (60, 200, 200, -0.5),
        (60, 100, 500, -0.5),
        (60, 200, 500, -0.5),
        (30, 40, 40, -3.0),
        (20, 8, 8, -0.5),
    ],
)
def test_intervals_hold_the_generators_value(raters: int, trials: int, images: int, middle: float) -> None:
    """Nominal .95; 300 studies fail below .91 (3.3 standard errors)."""
    assert _covered(raters, trials, images, middle) >= 0.91


def test_intervals_hold_the_generators_value_in_a_few_studies() -> None:
    assert _covered(15, 60, 60, studies=100) >= 0.87


def test_scores_are_added_up_by_all_keys() -> None:
    scores = np.array([[1.0], [2.0], [4.0], [8.0]])
    raters, images = np.array([0, 0, 1, 1]), np.array([5, 7, 5, 5])
    assert sums(scores, raters).ravel().tolist() == [3, 12]
    assert sums(scores, raters, images).ravel().tolist() == [1, 2, 12]


def test_without_images_in_common_only_raters_vary() -> None:
    answers = np.random.default_rng(0).random(200)
    _, variance = mean_over_raters(answers, np.repeat(np.arange(20), 10), np.arange(200))
    # Each image was seen once: what it adds is the correction I / (I - 1) alone.
    assert variance.images == pytest.approx(variance.raters / 200, rel=1.0)
    assert (variance.n_raters, variance.n_images) == (20, 200)


def test_two_raters_who_judge_alike_vary_over_images_alone() -> None:
    """By hand: scores are (y - .5) / 4 / 2, doubled by the two raters."""
    answers = np.array([0.0, 1.0, 0.0, 1.0] * 2)
    value, variance = mean_over_raters(answers, np.repeat([0, 1], 4), np.tile(np.arange(4), 2))
    assert value == 0.5
    assert variance.raters == 0
    score = 0.5 / 4 / 2
    assert variance.images == pytest.approx(4 / 3 * 4 * (2 * score) ** 2 - 8 * score**2)


def test_a_pair_is_counted_once_though_it_has_two_images() -> None:
    """One rater, pairs that share no image: nothing but the correction is left of an image's part."""
    scores = np.array([[0.3], [-0.2], [-0.1]])
    images = np.array([[0, 1], [2, 3], [4, 5]])
    found = image_covariance(scores, np.zeros(3, dtype=np.int64), images)
    squares = float((scores**2).sum())
    assert found.item() == pytest.approx(2 * squares * (6 / 5) - 2 * squares)


def test_a_fixed_difference_of_two_kinds_is_no_variance_over_images() -> None:
    answers = np.tile([0.0, 0.0, 1.0, 1.0], 10)
    raters, images = np.repeat(np.arange(10), 4), np.tile(np.arange(4), 10)
    _, plain = mean_over_raters(answers, raters, images)
    _, by_kind = mean_over_raters(answers, raters, images, strata=(images >= 2).astype(np.int64))
    assert plain.images > 0
    assert by_kind.images == 0
    assert by_kind.n_images == 2
