"""Tallies: written by a job when a session has ended, the same as its trials say, made again at will."""

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command

from evalsite.jobs import attempts
from evalsite.jobs.models import Job
from evalsite.results.estimates import estimate_study
from evalsite.results.scope import Scope
from evalsite.trials.models import Session, Tally
from evalsite.trials.services.counting import Recount, count_session
from tests.evalsite.trials.conftest import NOW
from tests.support import wire

pytestmark = pytest.mark.django_db


@pytest.fixture
def study(make_study):
    return make_study({"trials": 4, "practice": 1, "catch": 1}, {"task": "pairwise", "trials": 3})


def complete(rater):
    done = rater("faces").begin()
    while (delivered := done.get("block"))["block"] is not None:
        answer = "real" if delivered["task"] == "rapid_scene" else "left"
        done.send(*(wire.submission(trial, answer) for trial in delivered["trials"]))
    done.post("complete", {})
    return done.session


def work():
    """Carry out the one job that waits."""
    (job,) = Job.objects.queued()
    return attempts.perform(job.pk, job.attempt)


def test_a_completed_session_is_counted_by_a_job(study, rater):
    session = complete(rater)
    assert not session.tallies.exists(), "a rater does not wait for it"
    job = work()
    assert (job.state, job.result) == ("done", {"model": "studies.study", "key": study.pk})
    judged, compared = session.tallies.order_by("block")
    assert (judged.block, len(judged.counts["judgements"])) == (0, 4)
    assert (compared.block, len(compared.counts["comparisons"])) == (1, 3)


def test_one_job_a_study_counts_all_that_wait_and_is_asked_again(study, rater):
    for _ in range(2):
        complete(rater)
    first = work()
    assert Tally.objects.values("session").distinct().count() == 2
    complete(rater)
    assert work().pk == first.pk, "the list of jobs does not grow with every rater"
    assert Tally.objects.values("session").distinct().count() == 3


def test_a_session_that_counts_no_more_loses_its_tallies(study, rater):
    session = complete(rater)
    work()
    Session.objects.filter(pk=session.pk).update(state=Session.State.DECLINED)
    kept = complete(rater)
    work()
    assert set(Tally.objects.values_list("session", flat=True)) == {kept.pk}


def test_previews_and_unfinished_sessions_have_none(study, rater):
    begun = rater("faces").begin().session
    assert count_session(key=begun.pk, now=NOW) == Recount()
    done = complete(rater)
    Session.objects.filter(pk=done.pk).update(kind=Session.Kind.PREVIEW)
    assert count_session(key=done.pk, now=NOW) == Recount()
    assert not Tally.objects.exists()


def test_a_session_deleted_meanwhile_is_passed_over(study, rater):
    session = complete(rater)
    key = session.pk
    session.delete()
    assert count_session(key=key, now=NOW) == Recount()


def test_estimates_are_equal_before_and_after_counting(study, rater):
    for _ in range(3):
        complete(rater)
    before = estimate_study(Scope(study))
    work()
    assert Tally.objects.count() == 6
    again = estimate_study(Scope(study, asked="all"))  # another key: not the remembered ones
    assert [pool.estimates for pool in again] == [pool.estimates for pool in before]


def test_recount_agrees_after_the_job(study, rater, capsys):
    complete(rater)
    work()
    call_command("recount", "faces", "--check")
    assert capsys.readouterr().out == "The tallies of all 1 sessions agree with their trials.\n"


def test_recount_finds_and_corrects_what_is_wrong(study, rater, capsys):
    session = complete(rater)
    work()
    right = list(Tally.objects.order_by("block").values_list("block", "counts"))
    Tally.objects.filter(block=0).update(counts={"judgements": [], "flashes": []})
    Tally.objects.filter(block=1).delete()
    Tally.objects.create(session=session, block=7, counts={})
    with pytest.raises(SystemExit) as ended:
        call_command("recount", "--check")
    assert ended.value.code == 1
    said = "1 tallies were missing, 1 disagreed with the trials, and 1 belonged to answers that do not count"
    assert f"{said}, and nothing was changed." in capsys.readouterr().out
    call_command("recount")
    assert f"{said}, and all are corrected." in capsys.readouterr().out
    assert list(Tally.objects.order_by("block").values_list("block", "counts")) == right


def test_results_notice_that_a_tally_was_wrong(study, rater):
    """They are remembered, and the sessions are the same ones as before."""
    complete(rater)
    work()
    right = estimate_study(Scope(study))
    Tally.objects.filter(block=0).update(counts={"judgements": [], "flashes": []})
    cache.clear()
    assert estimate_study(Scope(study)) != right
    call_command("recount", verbosity=0)
    assert estimate_study(Scope(study)) == right


def test_recount_asks_for_a_study_that_exists(study):
    with pytest.raises(CommandError, match="no study named 'face'; did you mean 'faces'"):
        call_command("recount", "face")
