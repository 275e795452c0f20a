import pytest

from evalsite.trials.checks import check_each, check_share


@pytest.mark.parametrize(
    ("right", "judged", "required", "came"),
    [(13, 20, 0.65, "pass"), (12, 20, 0.65, "fail"), (0, 0, 0.65, "unknown"), (3, 3, 1.0, "pass")],
)
def test_a_share_is_met_missed_or_unknown(right, judged, required, came):
    assert check_share(right, judged, required) == came


@pytest.mark.parametrize(
    ("reals", "fakes", "came"),
    [
        ("rrrw", "rrrw", "pass"),
        ("rrrr", "rwww", "fail"),
        ("rrr", "", "pass"),
        ("", "www", "fail"),
        ("", "", "unknown"),
    ],
)
def test_every_truth_is_asked_apart(reals, fakes, came):
    answers = [("real", mark == "r") for mark in reals] + [("generated", mark == "r") for mark in fakes]
    assert check_each(answers, 0.65) == came
