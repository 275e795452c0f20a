"""Glicko-2: how strong players are, and how sure one may be of it, from whom they won against."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

SCALE = 173.7178
"""Rating points to one unit of the scale on which Glicko-2 computes."""
CENTRE = 1500.0
_CLOSE = 1e-9


@dataclass(frozen=True)
class Rating:
    """A player's strength.

    Attributes:
        rating: 1500 for a new player; 400 more means winning about ten times of eleven.
        deviation: standard deviation of the rating.
        volatility: how much the strength is expected to change from one period to the next.
    """

    rating: float = CENTRE
    deviation: float = 350.0
    volatility: float = 0.06


def rated(player: Rating, opponents: Sequence[Rating], scores: Sequence[float], *, tau: float) -> Rating:
    """A player's rating after a period of games.

    Args:
        player: the rating before.
        opponents: whom the games were against, as rated before the period.
        scores: 1 for a win, 0 for a loss, between them for a share of wins; one for each game.
        tau: how readily the volatility changes, 0.3 to 1.2.

    Source: Glickman 2013, "Example of the Glicko-2 system", steps 2 to 8; checked against its worked example.
    """
    strength, spread = (player.rating - CENTRE) / SCALE, player.deviation / SCALE
    if not opponents:
        grown = SCALE * math.hypot(spread, player.volatility)
        return Rating(player.rating, grown, player.volatility)
    weights = [_weight(other.deviation / SCALE) for other in opponents]
    expected = [
        1 / (1 + math.exp(-weight * (strength - (other.rating - CENTRE) / SCALE)))
        for weight, other in zip(weights, opponents, strict=True)
    ]
    variance = 1 / sum(g**2 * e * (1 - e) for g, e in zip(weights, expected, strict=True))
    gain = sum(g * (score - e) for g, e, score in zip(weights, expected, scores, strict=True))
    volatility = _volatility(variance * gain, spread, variance, player.volatility, tau)
    before = spread**2 + volatility**2
    after = 1 / math.sqrt(1 / before + 1 / variance)
    return Rating(CENTRE + SCALE * (strength + after**2 * gain), SCALE * after, volatility)


def _weight(spread: float) -> float:
    """How much a game counts against an opponent of whom so little is known."""
    return 1 / math.sqrt(1 + 3 * spread**2 / math.pi**2)


def _volatility(surprise: float, spread: float, variance: float, before: float, tau: float) -> float:
    """The new volatility: the root of Glickman's function, by the Illinois variant of regula falsi."""
    start = math.log(before**2)

    def slope(x: float) -> float:
        total = spread**2 + variance + math.exp(x)
        return math.exp(x) * (surprise**2 - total) / (2 * total**2) - (x - start) / tau**2

    if surprise**2 > spread**2 + variance:
        other = math.log(surprise**2 - spread**2 - variance)
    else:
        steps = 1
        while slope(start - steps * tau) < 0:
            steps += 1
        other = start - steps * tau
    return math.exp(_root(slope, start, other) / 2)


def _root(function: Callable[[float], float], one: float, other: float) -> float:
    at_one, at_other = function(one), function(other)
    while abs(other - one) > _CLOSE and at_other != at_one:
        between = one + (one - other) * at_one / (at_other - at_one)
        at_between = function(between)
        if at_between * at_other <= 0:
            one, at_one = other, at_other
        else:
            at_one /= 2
        other, at_other = between, at_between
    return one
