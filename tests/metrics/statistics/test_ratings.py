from __future__ import annotations

import pytest

from metrics.statistics.ratings import Rating, rated


def test_glickmans_worked_example():
    player = Rating(1500.0, 200.0, 0.06)
    opponents = [Rating(1400.0, 30.0), Rating(1550.0, 100.0), Rating(1700.0, 300.0)]
    found = rated(player, opponents, [1.0, 0.0, 0.0], tau=0.5)
    # Glickman, "Example of the Glicko-2 system".
    assert found.rating == pytest.approx(1464.06, abs=0.01)
    assert found.deviation == pytest.approx(151.52, abs=0.01)
    assert found.volatility == pytest.approx(0.05999, abs=1e-5)


def test_who_does_not_play_becomes_less_certain():
    found = rated(Rating(1600.0, 50.0, 0.06), [], [], tau=0.5)
    assert found.rating == 1600
    assert found.deviation == pytest.approx((50**2 + (0.06 * 173.7178) ** 2) ** 0.5)


def test_a_surprise_makes_volatile():
    player = Rating(1500.0, 50.0, 0.06)
    found = rated(player, [Rating(2400.0, 30.0)] * 5, [1.0] * 5, tau=1.0)
    assert found.volatility > 0.06
    assert found.rating > 1500


def test_a_draw_between_equals_changes_nothing_but_the_deviation():
    found = rated(Rating(), [Rating()], [0.5], tau=0.5)
    assert found.rating == 1500
    assert found.deviation < 350
