from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import count
from random import Random

import evalica
import numpy as np
import pytest

from evalsite.tasks.analysis.family import compare
from evalsite.tasks.analysis.paired_comparison import (
    Comparison,
    ComparisonCounter,
    Comparisons,
    Outcome,
    fit,
    strengths,
    why_undefined,
    win_shares,
)
from evalsite.tasks.simulation import SimulatedRater
from tests.support.agreement import agrees

STRENGTHS = {"a": 0.0, "b": 0.8, "c": 1.5, "d": -0.7}
Rounds = Callable[..., list[Comparison]]


_NUMBERS = count()


def _asked(rater: str, left: str, right: str, outcome: Outcome) -> Comparison:
    """A comparison of two images that no other one shows."""
    return Comparison(rater, (left, next(_NUMBERS)), (right, next(_NUMBERS)), outcome)


def _rounds(
    true: Mapping[str, float], *, raters: int = 30, rounds: int = 10, seed: int = 0, **rater: float
) -> list[Comparison]:
    rng, judge = Random(seed), SimulatedRater(strengths=dict(true), **rater)
    return [
        _asked(str(r), left, right, judge.prefers(left, right, None, rng))
        for r in range(raters)
        for _ in range(rounds)
        for left in true
        for right in true
        if left != right
    ]


def tally(comparisons: Iterable[Comparison]) -> Comparisons:
    return ComparisonCounter().add_all(comparisons).comparisons()


def _point(comparisons: list[Comparison]) -> tuple[dict[str, float], float, float]:
    counts = tally(comparisons)
    fitted = fit(counts.counts[None], counts.left, counts.right, len(counts.items))
    return dict(zip(counts.items, fitted.strengths[0], strict=True)), fitted.side_bias[0], fitted.log_ties[0]


@pytest.mark.parametrize("ties", [0.0, 0.4, 1.5])
def test_strengths_equal_those_of_an_independent_implementation(ties: float) -> None:
    """Newman's iteration without a side bias; every outcome is mirrored so that ours has none either."""
    mirror: dict[Outcome, Outcome] = {"left": "right", "right": "left", "tie": "tie"}
    asked = _rounds(STRENGTHS, raters=5, ties=ties)
    asked += [Comparison(c.rater, c.right, c.left, mirror[c.outcome]) for c in asked]
    ours, side_bias, log_ties = _point(asked)
    winners = [
        {"left": evalica.Winner.X, "right": evalica.Winner.Y, "tie": evalica.Winner.Draw}[c.outcome]
        for c in asked
    ]
    theirs = evalica.newman(
        [c.left[0] for c in asked], [c.right[0] for c in asked], winners, tolerance=1e-12, limit=100_000
    )
    logits = np.log(theirs.scores[list(STRENGTHS)])
    strength = "Bradley–Terry strength"
    agrees(
        [ours[item] for item in STRENGTHS], logits - logits.mean(), against="evalica", abs_=1e-4, of=strength
    )
    assert side_bias == pytest.approx(0, abs=1e-9)
    if ties:
        assert np.exp(log_ties) == pytest.approx(2 * theirs.v, rel=1e-3), (
            "Newman's tie parameter is half of Davidson's"
        )


def test_strengths_ties_and_side_bias_are_recovered() -> None:
    found, side_bias, log_ties = _point(_rounds(STRENGTHS, raters=60, rounds=30, ties=0.6, side_bias=0.5))
    centre = np.mean(list(STRENGTHS.values()))
    for item, truth in STRENGTHS.items():
        assert found[item] == pytest.approx(truth - centre, abs=0.08)
    assert side_bias == pytest.approx(0.5, abs=0.06)
    assert np.exp(log_ties) == pytest.approx(0.6, abs=0.05)


def test_a_tie_is_not_half_a_win() -> None:
    """Counting ties as half wins shrinks strengths; Davidson's model does not."""
    comparisons = _rounds({"a": 0.0, "b": 1.0}, raters=40, rounds=60, ties=1.0)
    found, *_ = _point(comparisons)
    shares = win_shares(tally(comparisons))
    rates = {item: share.value for item, share in shares.items() if share is not None}
    halved = np.log(rates["b"] / rates["a"])
    assert found["b"] - found["a"] == pytest.approx(1.0, abs=0.1)
    assert halved < 0.8


def test_intervals_widen_when_raters_disagree() -> None:
    alike = _rounds({"a": 0.0, "b": 0.5}, raters=20, rounds=40)
    unlike = [
        comparison._replace(rater=f"{seed}")
        for seed in range(20)
        for comparison in _rounds(
            {"a": 0.0, "b": 0.5 + (1.5 if seed % 2 else -1.5)}, raters=1, rounds=40, seed=seed
        )
    ]
    widths = []
    for comparisons in (alike, unlike):
        summary = strengths(tally(comparisons)).items["b"]
        assert summary.low is not None
        assert summary.high is not None
        assert summary.value is not None
        assert summary.low < summary.value < summary.high
        widths.append(summary.high - summary.low)
    assert widths[1] > 3 * widths[0], "pooling the trials would have hidden the disagreement"


def test_groups_that_never_met_have_no_common_scale() -> None:
    counts = tally(_rounds({"a": 0.0, "b": 0.5}) + _rounds({"c": 0.0, "d": 0.5}))
    assert (
        why_undefined(counts)
        == "Undefined: a and c were not compared, not even through others; add such pairs."
    )
    result = strengths(counts)
    assert all(
        summary.value is None and summary.note.startswith("Undefined") for summary in result.items.values()
    )
    assert result.side_bias.value is None


def test_pairs_shown_one_way_round_only_leave_all_to_the_strengths() -> None:
    """Side and image can't be told apart there; a lean split between the two would shrink the strengths."""
    asked = [_asked("r", "a", "b", "left") for _ in range(30)] + [
        _asked("r", "a", "b", "right") for _ in range(10)
    ]
    result = strengths(tally(asked))
    value = result.items["a"].value
    assert value is not None
    agrees(value, np.log(3) / 2, against="closed form", abs_=1e-4, of="Bradley–Terry strength")
    assert result.side_bias.value is None
    assert result.side_bias.note.startswith("Undefined: no pair was shown both ways round")


def test_a_cycle_of_pairs_shown_once_each_still_tells_the_side_from_the_images() -> None:
    cycle = [("a", "b"), ("b", "c"), ("c", "a")]
    asked = [_asked("r", *pair, "left") for pair in cycle for _ in range(30)]
    asked += [_asked("r", *pair, "right") for pair in cycle for _ in range(10)]
    result = strengths(tally(asked))
    assert result.side_bias.value == pytest.approx(np.log(3), abs=1e-4)


@pytest.mark.parametrize("side", ["left", "right"])
def test_who_always_chooses_one_side_has_a_bias_without_bound(side: Outcome) -> None:
    pairs = [(left, right) for left in "abc" for right in "abc" if left != right]
    result = strengths(tally([_asked("r", *pair, side) for pair in pairs]))
    assert result.side_bias.value is None
    assert f"the {side} one was always chosen" in result.side_bias.note
    assert result.items["a"].value == pytest.approx(0)


def test_who_never_loses_has_no_finite_strength() -> None:
    always = [_asked("r", "a", "b", "left"), _asked("r", "b", "a", "right")]
    assert "always won" in why_undefined(tally(always))
    assert why_undefined(tally([*always, _asked("r", "a", "b", "tie")])) == "", "a tie is a way back"


def test_one_loss_in_many_stays_finite() -> None:
    lucky = [_asked(str(r), "a", "b", "right" if r == 0 else "left") for r in range(12)]
    lucky += [_asked(str(r), "b", "a", "right") for r in range(1, 12)]
    summary = strengths(tally(lucky)).items["a"]
    assert np.isfinite([summary.low or np.nan, summary.high or np.nan]).all()


def test_win_shares_count_a_tie_as_half_on_both_sides() -> None:
    shown = tally(
        [
            _asked("r", "a", "b", "tie"),
            _asked("r", "b", "a", "left"),
            _asked("s", "a", "c", "left"),
        ]
    )
    assert shown.items == ("a", "b", "c")
    shares = {item: share.value for item, share in win_shares(shown).items() if share}
    assert shares == {"a": (0.25 + 1) / 2, "b": 0.75, "c": 0.0}, "each rater weighs the same"


def test_strengths_rest_on_the_raters_who_judged_each() -> None:
    """Real images meet a with thirty raters, b with one: of b no interval can be told, nor a difference."""
    rng = np.random.default_rng(0)
    asked = []
    for rater in range(31):
        item = "a" if rater < 30 else "b"
        for image in range(20):
            for pair in ((item, "real"), ("real", item)):
                outcome: Outcome = "left" if rng.random() < 0.6 else "right"
                asked.append(Comparison(str(rater), (pair[0], image), (pair[1], image), outcome))
    found = strengths(tally(asked)).items
    assert (found["a"].n_raters, found["b"].n_raters, found["real"].n_raters) == (30, 1, 31)
    assert found["b"].low is None
    assert "One rater only" in found["b"].note
    assert found["a"].joint is not None
    assert compare(found["a"].joint).left_out == ("b",)
