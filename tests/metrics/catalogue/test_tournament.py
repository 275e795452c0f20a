from __future__ import annotations

import math

import pytest
import torch

from metrics.catalogue.tournament import tournament
from metrics.errors import InvalidSettingError, MissingEvidenceError
from metrics.evidence.networks import Contest
from tests.support.agreement import agrees

NAMES = ("mine", "theirs")


def _contest(first: float, second: float) -> Contest:
    """`first` of 10 of mine fool their discriminator, `second` of 10 of theirs fool mine; their own all."""
    mine, theirs = ((torch.arange(10) < share).float() for share in (first, second))
    judgements = torch.stack([torch.stack([torch.ones(10), theirs]), torch.stack([mine, torch.ones(10)])])
    return Contest(NAMES, NAMES, judgements, torch.ones(2, 10))


def test_the_win_rate_is_against_the_others_alone():
    found = tournament(_contest(3, 8))["tournament_win_rate"]
    agrees(found.value, 0.3, against="by hand", rel=1e-6)
    assert found.low < 0.3 < found.high


def test_discriminators_that_agree_tell_no_more_than_one():
    fooled = (torch.arange(50) < 20).float().expand(8, 2, 50)
    judges = tuple(f"snapshot {index}" for index in range(8))
    eight = tournament(Contest(judges, NAMES, fooled, torch.ones(8, 1)))["tournament_win_rate"]
    one = tournament(Contest(judges[:1], NAMES, fooled[:1], torch.ones(1, 1)))["tournament_win_rate"]
    assert (eight.low, eight.high) == pytest.approx((one.low, one.high), abs=0.01)
    assert one.high - one.low > 0.25


def test_equals_are_rated_average():
    found = tournament(_contest(5, 5), periods=1)["skill_rating"]
    assert found.value == pytest.approx(1500)
    assert found.low < 1500 < found.high
    assert "generator theirs 1500" in found.notes[0]


def test_the_first_rating_by_hand():
    """Glickman's steps 3 to 7 for one game of newcomers, whose volatility of 0.06 hardly changes."""
    found = tournament(_contest(3, 8), periods=1)["skill_rating"].value
    square = (350 / 173.7178) ** 2
    weight = (1 + 3 * square / math.pi**2) ** -0.5
    moved = weight * (0.3 - 0.5) / (1 / (square + 0.06**2) + weight**2 / 4)
    agrees(found, 1500 + 173.7178 * moved, against="by hand", abs_=0.01)


def test_a_winner_is_rated_higher_than_a_loser():
    winner, loser = (tournament(_contest(*wins))["skill_rating"].value for wins in ((9, 1), (1, 9)))
    assert winner > 1500 > loser


def test_nothing_to_rate_is_refused():
    empty = Contest(NAMES, NAMES, torch.zeros(2, 2, 0), torch.ones(2, 1))
    with pytest.raises(MissingEvidenceError):
        tournament(empty)
    with pytest.raises(InvalidSettingError):
        tournament(_contest(5, 5), periods=0)
