"""What is counted of an answered trial: by whom, beside which condition, with which weight."""

from __future__ import annotations

import pytest

from evalsite.tasks.analysis.judgements import Judgement, JudgementCounter
from evalsite.tasks.protocol import REAL


def _judged(
    condition: str, image: int = 0, *, rater: str = "r", correct: bool = True, beside: str | None = None
) -> Judgement:
    real = condition == REAL
    return Judgement(rater, beside if real else condition, (condition, image), real, not correct)


def test_a_real_image_stands_beside_one_condition_or_all() -> None:
    judged = [
        *(_judged("a", 1, correct=False), _judged("b", 2), _judged(REAL, 3)),
        *(_judged(REAL, 4, beside="a"), _judged(REAL, 5, beside="b")),
    ]
    found = JudgementCounter().add_all(judged).judgements()
    assert found.names == ("a", "b")
    own = {name: found.of(name) for name in found.names}
    assert own["a"].real.tolist() == [False, True, True]
    assert own["a"].wrong.tolist() == [1, 0, 0]
    assert own["a"].weights.tolist() == [1, 1, 1], "raters with real images of the condition's own share none"


@pytest.mark.parametrize(("seen", "weight"), [("a", 1), ("ab", 1 / 2), ("abc", 1 / 3)])
def test_a_shared_real_image_counts_once_over_all_conditions(seen: str, weight: float) -> None:
    judged = [_judged(name, 1) for name in seen] + [_judged(REAL, 2)]
    found = JudgementCounter().add_all(judged).judgements()
    for name in seen:
        own = found.of(name)
        assert own.weights[own.real].tolist() == pytest.approx([weight])


def test_a_rater_who_saw_no_image_of_a_condition_adds_no_real_ones_to_it() -> None:
    judged = [
        _judged("a", rater="1"),
        _judged(REAL, rater="1"),
        _judged("b", rater="2"),
        _judged(REAL, rater="2"),
    ]
    found = JudgementCounter().add_all(judged).judgements()
    assert found.of("a").raters.tolist() == [0, 0]
    assert len(found.of("b").of_raters_with_both().raters) == 2


def test_an_image_is_the_same_wherever_it_is_shown() -> None:
    judged = [_judged("a", 7, rater="1"), _judged("a", 7, rater="2"), _judged(REAL, 7, rater="2")]
    images = JudgementCounter().add_all(judged).judgements().images
    assert images[0] == images[1] != images[2]
