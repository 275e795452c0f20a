"""Whom checks leave out: counted, watched, and asked for again."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from django.core.management import call_command

from evalsite.results.estimates import estimate_study
from evalsite.results.exclusion import WATCHES, Exclusion
from evalsite.results.export import codebook, export_lines
from evalsite.results.queries import count_exclusions, count_sessions
from evalsite.results.scope import Scope
from evalsite.trials.models import Response

QUALIFICATION, ATTENTION = WATCHES
UNLIMITED = ("rapid_scene", {"exposure": "unlimited"})
FLASH = ("rapid_scene", {})
ABLE, DREAMER = {"ability": 9.0, "lapse": 0.0}, {"ability": 9.0, "lapse": 1.0}


def read(scope, table):
    return pd.read_csv(io.StringIO("".join(export_lines(scope, table))))


def raters_of(scope):
    return {estimate.n_raters for pool in estimate_study(scope) for estimate in pool.estimates}


@pytest.mark.parametrize(
    ("watch", "failed", "passed", "alarmed"),
    [
        (ATTENTION, 1, 4, False),
        (ATTENTION, 2, 3, True),
        (ATTENTION, 4, 0, False),
        (ATTENTION, 0, 50, False),
        (QUALIFICATION, 5, 5, False),
        (QUALIFICATION, 6, 4, True),
    ],
)
def test_an_alarm_is_given_when_many_of_enough_raters_failed(watch, failed, passed, alarmed):
    exclusion = Exclusion(watch, failed, passed)
    assert bool(exclusion.alarm) is alarmed
    if alarmed:
        assert exclusion.alarm.startswith(f"{failed} of {failed + passed} raters (")


def test_nobody_judged_has_no_rate():
    assert Exclusion(ATTENTION, 0, 0).rate == ""


@pytest.fixture
def study(make_study, answer):
    """Three raters who pass both checks, two who fail the qualification."""
    study = make_study(blocks=(UNLIMITED, FLASH), qualification=0.65, attention_share=1.0)
    answer(study, 3, **ABLE)
    answer(study, 2, ability=-9.0, lapse=0.0)
    return study


@pytest.fixture
def dreamed(make_study, answer):
    """Three raters who attend, three who choose at random throughout and missed a catch trial."""
    study = make_study(blocks=(UNLIMITED, FLASH), attention_share=1.0)
    answer(study, 3, **ABLE)
    failed = [session for session in answer(study, 12, **DREAMER) if session.state == "failed_attention"]
    study.sessions.filter(state="completed", responses__score__correct=False).distinct().delete()
    for session in failed[3:]:
        session.delete()
    return study


def test_the_qualification_and_who_failed_it_make_no_estimate(study):
    scope = Scope(study)
    assert [pool.blocks for pool in estimate_study(scope)] == [(2,)]
    assert raters_of(scope) == {3}
    assert raters_of(Scope(study, inattentive=True)) == {3}
    (qualification, attention) = count_exclusions(scope)
    assert (qualification.failed, qualification.passed) == (2, 3)
    assert (attention.failed, attention.passed, attention.unknown) == (0, 3, 0)
    counts = count_sessions(study)
    assert (counts.live, counts.live_completed, counts.live_unfinished) == (5, 3, 0)
    assert (counts.live_failed_qualification, counts.live_failed) == (2, 2)


def test_the_tables_have_all_and_say_what_counts(study):
    sessions, trials = read(Scope(study), "sessions"), read(Scope(study), "trials")
    assert sorted(sessions.outcome) == ["completed"] * 3 + ["failed_qualification"] * 2
    assert sorted(sessions.attention.fillna("")) == ["", "", "pass", "pass", "pass"]
    assert set(zip(trials.block, trials.qualification, strict=True)) == {(1, True), (2, False)}
    assert not trials[(trials.session_state == "failed_qualification") & (trials.block == 2)].answered.any()
    assert any("qualification" in rule for rule in codebook(Scope(study))["rules"])


def test_who_did_not_attend_is_left_out_unless_asked_for(dreamed):
    assert raters_of(Scope(dreamed)) == {3}
    everybody = Scope(dreamed, inattentive=True)
    assert raters_of(everybody) == {6}
    assert everybody.notes[0] == "Raters who failed the attention check are counted."
    (attention,) = count_exclusions(Scope(dreamed))
    assert (attention.failed, attention.passed) == (3, 3)
    assert sorted(read(Scope(dreamed), "sessions").attention) == ["fail"] * 3 + ["pass"] * 3
    assert set(read(everybody, "estimates").inattentive_counted) == {True}


def test_who_could_not_be_checked_counts_and_is_told(dreamed):
    session = dreamed.sessions.filter(state="completed").first()
    Response.objects.filter(session=session, trial__kind="catch").update(valid=False)
    (attention,) = count_exclusions(Scope(dreamed))
    assert (attention.passed, attention.unknown) == (2, 1)
    assert "unknown" in set(read(Scope(dreamed), "sessions").attention)
    assert raters_of(Scope(dreamed)) == {3}


def test_a_study_that_requires_nothing_counts_no_exclusions(make_study, answer):
    study = make_study()
    answer(study, 1)
    assert count_exclusions(Scope(study)) == []
    assert read(Scope(study), "sessions").attention.isna().all()


def test_the_page_counts_warns_and_asks(admin_client, dreamed):
    page = admin_client.get("/results/flash/").content.decode()
    assert "Failed the attention check" in page
    assert "of 6, 50.0 %" in page
    assert "Many raters are left out." in page
    assert "inattentive=on" not in page
    everybody = admin_client.get("/results/flash/?inattentive=on").content.decode()
    assert "Raters who failed the attention check are counted" in everybody
    assert "trials.csv?inattentive=on" in everybody.replace("/export/", "").replace("&amp;", "&")


def test_the_page_says_which_block_is_a_qualification(admin_client, study):
    page = admin_client.get("/results/flash/").content.decode()
    assert "Block 1: a qualification, on which nothing here rests but who went on." in page
    assert "Many raters" not in page


def test_the_command_asks_for_them_too(dreamed, tmp_path):
    for option, raters in (([], 3), (["--inattentive"], 6)):
        call_command("export", "flash", "estimates", "--out", str(tmp_path / "out.csv"), *option, verbosity=0)
        assert set(pd.read_csv(tmp_path / "out.csv").n_raters) == {raters}
