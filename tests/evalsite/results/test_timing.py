"""Exposure statistics by browser and system."""

from __future__ import annotations

import pytest

from evalsite.results.contexts import describe_timing
from evalsite.results.timing import Shown, summarise

FRAME = 1000 / 60


def flash(shown_ms, *, valid=True, browser="Chrome", os="Linux", frames=6, css_px=256):
    return Shown(browser, os, valid, shown_ms, frames, FRAME, css_px)


def test_deviation_is_against_the_frames_planned():
    (group,) = summarise([flash(100.0), flash(100.0), flash(100.0 + FRAME, valid=False)])
    assert (group.trials, group.invalid, group.flashes, group.off) == (3, 1, 3, 1)
    assert group.mean_ms == pytest.approx(FRAME / 3)
    assert group.sd_ms == pytest.approx(FRAME * (2 / 9) ** 0.5)
    assert group.shown_ms == {100: 2, 117: 1}
    assert group.invalid_share == pytest.approx(1 / 3)


def test_groups_by_browser_and_system_largest_first():
    groups = summarise(
        [flash(100.0), flash(114.0, browser="Firefox"), flash(100.0), flash(1.0, browser="", os="")]
    )
    assert [(g.browser, g.os) for g in groups] == [
        ("Chrome", "Linux"),
        ("Firefox", "Linux"),
        ("unknown", "unknown"),
    ]


def test_sizes_on_the_screen_are_counted_with_median_and_range():
    flashes = [flash(100.0, css_px=side) for side in (256, 180.4, 256, 256)]
    (group,) = summarise([*flashes, flash(None, frames=None, css_px=12), flash(100.0, css_px=None)])
    assert group.css_px == {12: 1, 180: 1, 256: 3}
    assert group.side_px == (12, 256, 256)
    assert describe_timing([group])[0].side == "256 (12–256) px"
    (same,) = summarise([flash(100.0)])
    assert describe_timing([same])[0].side == "256 px"
    (none,) = summarise([flash(100.0, css_px=None)])
    assert (none.side_px, describe_timing([none])[0].side) == (None, "")


def test_unlimited_and_unrecorded_exposures_are_trials_but_no_flashes():
    (group,) = summarise(
        [Shown("Chrome", "Linux", True, 5400.0, None, FRAME), Shown("Chrome", "Linux", True, None, None, 0.0)]
    )
    assert (group.trials, group.flashes, group.mean_ms, group.sd_ms) == (2, 0, None, None)
