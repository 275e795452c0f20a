from functools import cache
from statistics import NormalDist, mean

import pytest

from evalsite.studies.planning import plan_session, read_block
from evalsite.trials.checks import Check, check_each, check_share
from evalsite.trials.simulation.population import Population


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


UNLIMITED = {"task": "rapid_scene", "params": {"exposure": "unlimited"}, "practice": 0, "catch": 0}
BETWEEN = {
    "seed": 7,
    "assignment": "between",
    "reference": {"count": 500},
    "conditions": [{"name": "plain", "count": 500}, {"name": "deceptive", "count": 500}],
    "blocks": [{**UNLIMITED, "trials": 60, "qualification_share": 0.65}, {**UNLIMITED, "trials": 40}],
}
CONDITIONS = ("plain", "deceptive")
POPULATION = Population(strengths={"deceptive": 0.7})


@cache
def planned(condition, number, seed):
    """The trials of one block; twenty plans of a condition serve all its raters."""
    placed = plan_session(BETWEEN, seed=seed, condition=condition)
    return [t.trial for t in placed if t.block == number]


def answered(rater, condition, number, seed):
    """The truth of each trial of a block and whether a simulated rater's answer is right."""
    block = read_block(BETWEEN, number)
    task, params = block.task, block.params
    for i, trial in enumerate(planned(condition, number, seed % 20)):
        sent = task.simulate(params, trial, {"exposure_ms": None}, rater, seed=seed * 1000 + number * 500 + i)
        score = task.score(params, trial, task.read(params, trial, sent["answer"]))
        yield task.truth(params, trial), score["correct"]


def true_rate(rater, condition):
    """Share of a condition's images that the rater takes for real, in the long run."""
    mean_generated = rater.d_prime(condition) - rater.ability / 2
    return rater.lapse / 2 + (1 - rater.lapse) * NormalDist().cdf(rater.bias - mean_generated)


@pytest.fixture(scope="module")
def passed():
    """Of 2,000 raters, half of them in each condition: those who pass, with the seed of their session."""
    return {
        condition: [
            (rater, seed)
            for seed in range(first, first + 1000)
            for rater in [POPULATION.draw(seed)]
            if check_each(answered(rater, condition, 0, seed), 0.65) is Check.PASSED
        ]
        for condition, first in zip(CONDITIONS, (0, 1000), strict=True)
    }


def test_equal_raters_pass_a_qualification_equally_often_whatever_their_condition(passed):
    rates = [len(passed[condition]) / 1000 for condition in CONDITIONS]
    assert abs(rates[0] - rates[1]) <= 0.05
    assert 0.2 < min(rates) < 0.8, "where a difference would show"


def test_the_value_among_raters_who_pass_is_recovered_for_every_condition(passed):
    everyone = [rater for raters in passed.values() for rater, _ in raters]
    for condition, raters in passed.items():
        found = mean(
            not right
            for rater, seed in raters
            for truth, right in answered(rater, condition, 1, seed)
            if truth == "generated"
        )
        assert found == pytest.approx(mean(true_rate(rater, condition) for rater in everyone), abs=0.02)
