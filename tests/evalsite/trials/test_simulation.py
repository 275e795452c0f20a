from statistics import mean, stdev

import pytest
from django.core.management import CommandError, call_command

from evalsite.studies.services import close_study
from evalsite.trials.models import Response, Session
from evalsite.trials.simulation.population import Population
from tests.support.answers import answered


def simulate(slug="faces", **options):
    call_command("simulate_raters", slug, **{"count": 2, "verbosity": 0, **options})


def judged(study):
    return [t.score["judged"] for t in answered(study, 0, simulated=True)]


def test_raters_spread_around_the_population_and_come_back_by_seed():
    population = Population(ability=1.5, bias=0.3, strengths={"a": 0.5})
    raters = [population.draw(seed) for seed in range(400)]
    assert mean(r.ability for r in raters) == pytest.approx(1.5, abs=0.08)
    assert stdev(r.ability for r in raters) == pytest.approx(0.4, abs=0.05)
    assert mean(r.bias for r in raters) == pytest.approx(0.3, abs=0.04)
    assert population.draw(3) == population.draw(3) != population.draw(4)


def test_whole_sessions_marked_simulated(make_study, capsys):
    study = make_study(
        {"trials": 4, "practice": 1, "catch": 1},
        {"trials": 3, "params": {"exposure": "staircase"}},
        {"trials": 2, "params": {"exposure": "unlimited"}},
        {"task": "pairwise", "trials": 3},
    )
    simulate()
    sessions = Session.objects.all()
    assert {(s.kind, s.state) for s in sessions} == {("simulated", "completed")}
    assert all(s.completion_code for s in sessions)
    assert Response.objects.count() == 2 * 14
    assert Response.objects.filter(valid=True).count() == 2 * 14
    assert list(answered(study, 0)) == []
    assert "28 answers" in capsys.readouterr().out


def test_raters_who_fail_a_check_end_there_and_are_counted(make_study, capsys):
    make_study(
        {"trials": 16, "qualification": 0.75, "params": {"exposure": "unlimited"}},
        {"trials": 2, "catch": 2},
        attention_share=1.0,
    )
    simulate(count=4, ability=9.0, lapse=0.0)
    assert "failed" not in capsys.readouterr().out
    simulate(count=12, ability=2.5, lapse=0.25, seed=1)
    said = capsys.readouterr().out
    for state in ("failed_qualification", "failed_attention"):
        failed = Session.objects.filter(state=state)
        assert f"; {failed.count()} {failed[0].get_state_display()}" in said
    assert not Response.objects.filter(session__state="failed_qualification", trial__block=1).exists()


def test_the_same_seed_gives_the_same_answers(make_study):
    first, second, other = (make_study({"trials": 12}, slug=slug) for slug in ("one", "two", "three"))
    simulate("one", seed=5)
    simulate("two", seed=5)
    simulate("three", seed=6)
    assert judged(first) == judged(second) != judged(other)


def test_abler_raters_are_right_more_often(make_study):
    shares = {}
    for slug, ability in (("guessers", 0.0), ("experts", 5.0)):
        study = make_study({"trials": 24}, slug=slug)
        simulate(slug, count=5, ability=ability, lapse=0.0)
        shares[slug] = mean(t.score["correct"] for t in answered(study, 0, simulated=True))
    assert shares["guessers"] < 0.65
    assert shares["experts"] > 0.9


def test_a_strong_condition_deceives(make_study):
    study = make_study({"trials": 24})
    simulate(count=6, ability=4.0, strength=[("alphagan", 4.0)])
    scores = [t.score for t in answered(study, 0, simulated=True)]
    wrong = {
        name: mean(not s["correct"] for s in scores if s["condition"] == name)
        for name in ("alphagan", "betagan")
    }
    assert wrong["alphagan"] > wrong["betagan"] + 0.3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing"], "no study named 'nothing'; there are faces"),
        (["faces", "--strength", "gammagan=1"], "gammagan"),
        (["faces", "--strength", "alphagan"], "NAME=VALUE"),
        (["faces", "--count", "0"], "from 1"),
        (["faces", "--lapse", "2"], "share"),
        (["faces", "--count", "9" * 12], "from 1 to 100,000"),
        (["faces", "--concurrency", "1000"], "from 1 to 256"),
        (["faces", "--ability", "nan"], "was 'nan'; expected a number from -100 to 100"),
        (["faces", "--bias", "inf"], "was 'inf'; expected a number from -100 to 100"),
        (["faces", "--threshold-ms", "-1"], "expected 0 or more milliseconds"),
        (["faces", "--strength", "alphagan=nan"], "was 'nan'; expected NAME=VALUE"),
        (["faces", "--through", "http", "--url", "http://[::1"], "is no address"),
        (["faces", "--through", "http", "--url", "http://127.0.0.1:9"], "nothing answers"),
    ],
)
def test_what_can_t_be_done_is_said_in_a_sentence(make_study, arguments, words):
    make_study()
    with pytest.raises(CommandError, match=words):
        call_command("simulate_raters", *arguments)
    assert not Session.objects.exists()


def test_a_closed_study_is_not_answered(make_study):
    close_study(study=make_study())
    with pytest.raises(CommandError, match="closed"):
        simulate()
