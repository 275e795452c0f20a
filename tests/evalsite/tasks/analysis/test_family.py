"""One family of comparisons: against Tukey's studentized range, by its own laws, by simulated coverage."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import expit
from scipy.stats import studentized_range, t

from evalsite.tasks.analysis.family import Family, compare
from evalsite.tasks.analysis.proportions import summarise_shares
from evalsite.tasks.analysis.summaries import Summary
from evalsite.tasks.analysis.two_way import Floats, Joint, Moved, moved_mean, together
from tests.support.agreement import agrees

RATER_SD, IMAGE_SD = 0.4, 0.6


def _joint(values: list[float], covariance: Floats, *, n: int = 31, logarithmic: bool = False) -> Joint:
    names = tuple("abcdefghijklmnopqrstuvwxyz"[: len(values)])
    counts = np.full(len(values), n)
    zeros = np.zeros_like(covariance)
    return Joint(names, np.array(values), covariance, zeros, counts, counts, logarithmic)


@pytest.mark.parametrize("conditions", [3, 6, 12])
@pytest.mark.parametrize("shared", [0.0, 0.7])
def test_equal_variances_give_tukeys_range(conditions: int, shared: float) -> None:
    """Shared variance, as of the same raters, cancels out of all differences."""
    values = np.linspace(0, 0.4, conditions).tolist()
    covariance = 0.01 * (shared + (1 - shared) * np.eye(conditions))
    error = np.sqrt(2 * 0.01 * (1 - shared))
    for found in compare(_joint(values, covariance)).differences[: conditions - 1 : 3]:
        critical = studentized_range.ppf(0.95, conditions, 30) / np.sqrt(2)
        tukey = "scipy: Tukey's studentized range"
        agrees(
            found.high - found.value, critical * error, against=tukey, rel=2e-3, of="family of comparisons"
        )
        p = studentized_range.sf(abs(found.value) / error * np.sqrt(2), conditions, 30)
        agrees(found.p, p, against=tukey, abs_=2e-3, of="adjusted p")


def test_two_conditions_are_a_t_test() -> None:
    (found,) = compare(_joint([0.5, 0.3], np.array([[0.004, 0.001], [0.001, 0.002]]))).differences
    error = np.sqrt(0.004)
    assert (found.one, found.other, found.value) == ("a", "b", pytest.approx(0.2))
    assert found.p == pytest.approx(2 * t.sf(0.2 / error, 30))
    assert found.low == pytest.approx(0.2 - t.ppf(0.975, 30) * error)


@given(st.integers(0, 10**6))
def test_intervals_p_letters_and_ranks_agree(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 8))
    root = rng.normal(0, 0.1, (size, size))
    family = compare(_joint(rng.normal(0, 0.3, size).tolist(), root @ root.T))
    better = ["higher", "lower", ""][seed % 3]
    standings = family.standings(better, family.names)
    values = dict(zip(family.names, family.values, strict=True))
    for found in family.differences:
        assert (found.sign != 0) == (found.p < 0.05) or found.p == pytest.approx(0.05, abs=1e-4)
        together_ = set(standings[found.one].letters) & set(standings[found.other].letters)
        assert bool(together_) == (found.sign == 0)
        above = found.sign * (1 if better == "higher" else -1)
        if above > 0:
            assert standings[found.one].worst <= size - 1
            assert standings[found.other].best >= 2
    for place, name in enumerate(
        sorted(values, key=lambda n: values[n], reverse=better == "higher"), start=1
    ):
        assert 1 <= standings[name].best <= place <= standings[name].worst <= size
    first = min(standings, key=lambda n: values[n] * (-1 if better == "higher" else 1))
    assert standings[first].letters.startswith("a")


def test_ranks_and_letters_by_hand() -> None:
    """A and b can't be told apart, nor b and c, but a and c can; d is far from all."""
    family = compare(_joint([0.50, 0.44, 0.38, 0.10], 0.0004 * np.eye(4)))
    found = family.standings("higher", family.names)
    said = {name: (one.best, one.worst, one.letters) for name, one in found.items()}
    assert said == {"a": (1, 2, "a"), "b": (1, 3, "ab"), "c": (2, 3, "b"), "d": (4, 4, "c")}
    without = family.standings("lower", ["a", "c"])
    assert {name: (one.best, one.worst) for name, one in without.items()} == {"c": (1, 1), "a": (2, 2)}


def test_what_varies_by_factors_is_compared_by_ratios() -> None:
    family = compare(_joint([np.log(300), np.log(200)], 0.01 * np.eye(2), logarithmic=True))
    (found,) = family.differences
    assert (found.ratio, found.value) == (True, pytest.approx(1.5))
    assert found.low == pytest.approx(1.5 / (found.high / 1.5))
    assert found.sign == 1


def test_a_condition_of_one_rater_is_left_out_by_name() -> None:
    joint = _joint([0.5, 0.4, 0.3], 0.01 * np.eye(3))
    counts = np.array([31, 1, 31])
    lonely = Joint(joint.names, joint.values, joint.raters, joint.images, counts, joint.n_images)
    family = compare(lonely)
    assert family.left_out == ("b",)
    assert [(one.one, one.other) for one in family.differences] == [("a", "c")]
    nobody = compare(Joint(("a",), np.zeros(1), np.eye(1), np.eye(1), counts[:1], counts[:1]))
    assert (nobody.differences, nobody.standings("higher", ["a"])["a"].letters) == ((), "a")


def test_no_variance_is_no_certainty() -> None:
    covariance = np.diag([0.0, 0.01, 0.01])
    family = compare(_joint([0.5, 0.5, 0.3], covariance))
    assert (family.left_out, family.names) == (("a",), ("b", "c"))
    assert compare(_joint([0.5, 0.3], np.zeros((2, 2)))).differences == ()
    same = np.full((2, 2), 0.01)
    (found,) = compare(_joint([0.5, 0.3], same)).differences
    assert (found.low, found.high, found.p, found.sign) == (-np.inf, np.inf, 1.0, 0)


def test_few_raters_of_a_condition_widen_its_own_comparisons_alone() -> None:
    """With one error rate and a |t| of 14, a and b differ, however few raters judged c."""
    joint = _joint([0.5, 0.3, 0.4], 0.0001 * np.eye(3))
    counts = np.array([60, 60, 2])
    family = compare(replace(joint, n_raters=counts, n_images=np.full(3, 60)))
    degrees = {(one.one, one.other): one.degrees for one in family.differences}
    assert degrees == {("a", "b"): 59, ("a", "c"): 1, ("b", "c"): 1}
    of_all = compare(replace(joint, n_raters=np.full(3, 60), n_images=np.full(3, 60)))
    assert family.differences[0] == of_all.differences[0]
    assert family.differences[1].high - family.differences[1].low > 0.2


def test_differences_of_shares_stay_within_1() -> None:
    family = compare(_joint([0.9, 0.1], 0.5 * np.eye(2)), most=1.0)
    (found,) = family.differences
    assert (found.low, found.high) == (-1.0, 1.0)


def test_a_ratio_without_bounds_is_infinite() -> None:
    (found,) = compare(_joint([6.0, 5.0], 1e6 * np.eye(2), n=2, logarithmic=True)).differences
    assert (found.low, found.high) == (0.0, np.inf)


def test_raters_of_several_conditions_pair_them() -> None:
    """The covariance over raters is the sample covariance of their means."""
    rng = np.random.default_rng(0)
    answers = rng.random((2, 20, 5))
    who, images = np.repeat(np.arange(20), 5), np.arange(100)
    moved = {
        "a": moved_mean(answers[0].ravel(), who, images),
        "b": moved_mean(answers[1].ravel(), who, images + 100),
    }
    joint = together(moved)
    assert joint.raters == pytest.approx(np.cov(answers.mean(axis=2)) / 20)
    assert joint.images[0, 1] == 0


def test_a_shared_image_makes_conditions_vary_together() -> None:
    """Other raters, the same real images: their means rise and fall together over new images."""
    rng = np.random.default_rng(0)
    image = rng.normal(0, 2, 40)
    moved = {
        name: moved_mean(
            (rng.random((30, 40)) < expit(image)).astype(float).ravel(), who, np.tile(np.arange(40), 30)
        )
        for name, who in (("a", np.repeat(np.arange(30), 40)), ("b", np.repeat(np.arange(30, 60), 40)))
    }
    joint = together(moved)
    assert joint.raters[0, 1] == 0
    assert joint.images[0, 1] == pytest.approx(joint.images[0, 0], rel=0.15)


def test_a_share_near_0_varies_in_the_family_as_its_interval_says() -> None:
    answers = np.zeros((30, 20))
    who, images = np.repeat(np.arange(30), 20), np.arange(600)
    half = np.tile([0.0, 1.0], 300)
    shares = {"never": moved_mean(answers.ravel(), who, images), "half": moved_mean(half, who, images + 600)}
    found = summarise_shares(shares)
    never = found["never"][0]
    assert never.joint is not None
    assert never.high is not None
    arm = t.ppf(0.975, 29) * np.sqrt(never.joint.for_comparisons[0, 0])
    assert never.joint.covariance[0, 0] == 0, "the covariance stays as it was estimated"
    assert arm == pytest.approx(never.high)


def _study(rng: np.random.Generator, raters: int, images: int, middles: list[float]) -> dict[str, Summary]:
    """All raters judge the same images of every condition."""
    rater = rng.normal(0, RATER_SD, raters)
    moved: dict[str, Moved | None] = {}
    for k, middle in enumerate(middles):
        logits = middle + rater[:, None] + rng.normal(0, IMAGE_SD, images)
        wrong = (rng.random(logits.shape) < expit(logits)).astype(np.float64)
        shown = np.tile(np.arange(images) + k * images, raters)
        moved[str(k)] = moved_mean(wrong.ravel(), np.repeat(np.arange(raters), images), shown)
    return {name: summary for name, (summary, _) in summarise_shares(moved).items()}


def _truths(middles: list[float]) -> list[float]:
    nodes, weights = hermegauss(60)
    spread = np.hypot(RATER_SD, IMAGE_SD)
    return [float(weights @ expit(middle + spread * nodes) / weights.sum()) for middle in middles]


def _holds(family: Family, truths: list[float]) -> bool:
    """Whether all differences and all ranks are held."""
    ranks = family.standings("higher", family.names)
    order = sorted(range(len(truths)), key=lambda k: -truths[k])
    return all(
        one.low <= truths[int(one.one)] - truths[int(one.other)] <= one.high for one in family.differences
    ) and all(ranks[str(k)].best <= place <= ranks[str(k)].worst for place, k in enumerate(order, start=1))


def _families(
    raters: int, images: int, middles: list[float], studies: int
) -> list[tuple[Family, dict[str, Summary]]]:
    rng = np.random.default_rng(1)
    found = []
    for _ in range(studies):
        summaries = _study(rng, raters, images, middles)
        joint = summaries["0"].joint
        assert joint is not None
        found.append((compare(joint), summaries))
    return found


def test_the_family_finds_what_overlapping_intervals_hide() -> None:
    """The same raters, 400 images each, a true difference of .04: single intervals overlap nearly always."""
    middles = [-0.5, -0.32]
    truths = _truths(middles)
    assert truths[1] - truths[0] == pytest.approx(0.04, abs=0.002)
    studies = _families(60, 400, middles, 60)
    found = np.mean([family.differences[0].sign == -1 for family, _ in studies])
    overlap = np.mean([(one["0"].high or 0) >= (one["1"].low or 0) for _, one in studies])
    assert found >= 0.9
    assert overlap >= 0.8
    assert np.mean([_holds(family, truths) for family, _ in studies]) >= 0.85


def test_every_pair_is_there_once() -> None:
    family = compare(_joint([0.1, 0.2, 0.3, 0.4], np.eye(4)))
    assert [(one.one, one.other) for one in family.differences] == list(combinations("abcd", 2))
