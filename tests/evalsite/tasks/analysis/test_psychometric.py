from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evalsite.tasks.analysis.family import compare
from evalsite.tasks.analysis.psychometric import Flashes, modal_exposures, thresholds
from evalsite.tasks.analysis.summaries import Summary
from evalsite.tasks.design.staircase import Staircase

BOUNDS_MS = (100.0, 1000.0)


def threshold(flashes: Flashes, target: float, bounds_ms: tuple[float, float]) -> Summary:
    return thresholds({"a": flashes}, target, bounds_ms)["a"]


def modal_exposure(flashes: Flashes) -> Summary:
    return modal_exposures({"a": flashes})["a"]


def _climb(
    threshold_ms: float, *, raters: int = 30, trials: int = 100, spread: float = 0.3, seed: int = 0
) -> Flashes:
    """Staircases of raters whose log thresholds for 75 % correct spread around the given one."""
    rng, staircase = np.random.default_rng(seed), Staircase()
    rows: list[tuple[int, int, bool]] = []
    for rater in range(raters):
        own = np.log(threshold_ms) + spread * rng.standard_normal()
        answers: list[bool] = []
        for _ in range(trials):
            exposure = staircase.exposure_ms(answers)
            answers.append(bool(rng.random() < 0.5 + 0.5 / (1 + np.exp(-2 * (np.log(exposure) - own)))))
            rows.append((rater, exposure, answers[-1]))
    return _flashes(rows)


def _flashes(rows: list[tuple[int, int, bool]], blocks: list[int] | None = None) -> Flashes:
    """Rater, exposure and whether right; each flash shows an image of its own."""
    raters, asked, correct = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    images = np.arange(len(rows))
    return Flashes(raters, images, np.array(blocks or [0] * len(rows)), asked, asked, correct)


@pytest.mark.parametrize(("truth_ms", "spread"), [(160.0, 0.2), (300.0, 0.0), (300.0, 0.6), (600.0, 0.3)])
def test_the_middle_raters_threshold_is_recovered(truth_ms: float, spread: float) -> None:
    summary = threshold(_climb(truth_ms, spread=spread), 0.75, BOUNDS_MS)
    assert summary.value == pytest.approx(truth_ms, rel=0.15)
    assert summary.low is not None
    assert summary.high is not None
    assert summary.low < truth_ms < summary.high
    assert summary.note == "Exposure at 75% correct."


def test_raters_who_differ_more_widen_the_interval() -> None:
    alike, unlike = (threshold(_climb(300, spread=s), 0.75, BOUNDS_MS) for s in (0.05, 0.9))
    assert alike.high is not None
    assert alike.low is not None
    assert unlike.high is not None
    assert unlike.low is not None
    assert np.log(unlike.high / unlike.low) > 2 * np.log(alike.high / alike.low)


@pytest.mark.parametrize(("truth_ms", "end", "cut"), [(5000.0, "longest", 1000.0), (20.0, "shortest", 100.0)])
def test_a_threshold_beyond_the_staircase_is_cut_off_and_said(truth_ms: float, end: str, cut: float) -> None:
    summary = threshold(_climb(truth_ms), 0.75, BOUNDS_MS)
    assert summary.value == cut
    assert f"beyond the {end} exposure" in summary.note


def test_thresholds_beyond_the_staircase_are_not_compared() -> None:
    """They read the same at the bound: no difference between them is known."""
    staircases = {"easy": _climb(20), "always": _climb(8), "usual": _climb(300), "hard": _climb(420, seed=1)}
    joint = thresholds(staircases, 0.75, BOUNDS_MS)["usual"].joint
    assert joint is not None
    family = compare(joint)
    assert family.left_out == ("easy", "always")
    (pair,) = family.differences
    assert (pair.one, pair.other, pair.ratio) == ("usual", "hard", True)


def test_a_higher_target_needs_a_longer_exposure() -> None:
    flashes = _climb(300)
    at_75, at_85 = (threshold(flashes, target, BOUNDS_MS).value for target in (0.75, 0.85))
    assert at_75 is not None
    assert at_85 is not None
    assert at_85 == pytest.approx(at_75 * np.exp((np.log(0.7 / 0.3)) / 2), rel=0.2)


def test_what_was_shown_counts_where_it_is_known() -> None:
    flashes = _climb(300)
    longer = replace(flashes, seen_ms=np.round(flashes.asked_ms * 1.1).astype(np.int64))
    asked, shown = (threshold(f, 0.75, BOUNDS_MS).value for f in (flashes, longer))
    assert asked is not None
    assert shown == pytest.approx(asked * 1.1, rel=0.01)


def test_one_rater_has_no_interval_and_without_raters_there_is_no_value() -> None:
    one = threshold(_climb(300, raters=1), 0.75, BOUNDS_MS)
    assert one.value is not None
    assert (one.low, one.high) == (None, None)
    empty = threshold(_flashes([]), 0.75, BOUNDS_MS)
    assert (empty.value, empty.n_raters) == (None, 0)
    assert "No staircase" in empty.note


def test_the_mode_is_each_raters_own_and_ties_are_averaged() -> None:
    exposures = {0: [500, 490, 490, 480], 1: [500, 500, 490, 490]}
    rows = [(rater, ms, True) for rater, shown in exposures.items() for ms in shown]
    found = modal_exposure(_flashes(rows))
    assert found.value == (490 + 495) / 2
    assert "depends on the length of the staircases" in found.note


def test_the_mode_is_taken_block_by_block() -> None:
    """A staircase begins again in each block: 500 is most frequent over all, but the mode of neither end."""
    exposures = [[300, 300, 300, 500, 500], [400, 400, 400, 500, 500]]
    rows = [(0, ms, True) for shown in exposures for ms in shown]
    blocks = [block for block, shown in enumerate(exposures) for _ in shown]
    assert modal_exposure(_flashes(rows, blocks)).value == 350
