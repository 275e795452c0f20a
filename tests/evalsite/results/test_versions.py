"""Which versions a number holds: the rule, its words, and what can be asked for."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from evalsite.results.errors import UnknownVersionError
from evalsite.results.export import export_lines
from evalsite.results.queries import count_sessions, tabulate
from evalsite.results.scope import Scope
from evalsite.runs.services import request_evaluation
from evalsite.studies.models import Condition, StudyVersion
from evalsite.studies.services import open_study


@pytest.fixture
def study(make_study, answer):
    """A study whose version 1 three raters answered."""
    study = make_study(trials=8)
    answer(study, 3)
    return study


@pytest.fixture
def reword(study, now):
    """Changes the instructions and opens a new version."""

    def change(**fields):
        for name, value in (fields or {"instructions_text": "Look closely."}).items():
            setattr(study, name, value)
        study.save()
        open_study(study=study, now=now + timedelta(days=1))

    return change


@pytest.fixture
def retime(study, now):
    """Changes the exposure and opens a new version."""

    def change():
        study.blocks.update(params={"exposure_ms": 250})
        open_study(study=study, now=now + timedelta(days=1))

    return change


def raters(scope):
    rows = tabulate(scope).rows
    return {row.human["deception_rate_generated"].n_raters for row in rows if row.human}


def read(scope, name):
    return pd.read_csv(io.StringIO("".join(export_lines(scope, name))))


def test_versions_with_other_texts_are_pooled_only_on_request(study, reword, answer):
    reword()
    answer(study, 2)
    newest = Scope(study)
    assert raters(newest) == {2}
    assert newest.versions_said == (
        "Version 2: 2 raters. Left out: version 1 (3 raters): its instructions differ."
    )
    assert raters(Scope(study, asked="1")) == {3}
    assert "Left out: version 2 (2 raters): its instructions differ" in Scope(study, asked="1").versions_said
    for asked in ("1,2", "all"):
        both = Scope(study, asked=asked)
        assert raters(both) == {5}
        assert both.versions_said == (
            "Versions 1 and 2: 5 raters. Pooled with differences: version 1 (3 raters): its instructions "
            "differ."
        )


def test_numbers_of_all_kinds_hold_the_same_versions(study, reword, answer):
    reword()
    answer(study, 2)
    assert count_sessions(study, Scope(study).held).live_completed == 2
    assert count_sessions(study).live_completed == 5
    for name in ("estimates", "joined", "comparisons"):
        assert set(read(Scope(study), name).versions) == {Scope(study).versions_said}, name


def test_raw_tables_have_all_versions_or_those_asked_for(study, reword, answer):
    reword()
    answer(study, 2)
    for name in ("trials", "sessions"):
        assert set(read(Scope(study), name).version) == {1, 2}
        assert set(read(Scope(study, asked="1"), name).version) == {1}


def test_a_changed_exposure_leaves_the_earlier_raters_until_somebody_has_answered(study, retime, answer):
    retime()
    assert raters(Scope(study)) == {3}
    assert Scope(study).versions_said == "Version 1: 3 raters."
    answer(study, 1)
    assert raters(Scope(study)) == {1}
    left = "version 1 (3 raters): it asked something else (Rapid scene judgement)"
    assert Scope(study).versions_said == f"Version 2: 1 rater. Left out: {left}."
    everything = Scope(study, asked="all")
    assert raters(everything) == {1}, "what asks otherwise can't be pooled"
    assert left in everything.versions_said
    assert "fixed exposure 250 ms" in Scope(study, asked="1").versions_said


def test_who_is_under_way_in_another_version_is_said(study, reword, answer):
    reword()
    (begun,) = answer(study, 1)
    begun.state, begun.completed_at = "running", None
    begun.save()
    scope = Scope(study)
    assert raters(scope) == {3}
    assert "Left out: version 2 (0 raters, 1 under way): its instructions differ." in scope.versions_said


def test_versions_that_differ_in_nothing_that_raters_met_are_one(study, reword, answer):
    reword(seed=study.seed + 1)
    answer(study, 2)
    assert raters(Scope(study)) == {5}
    assert Scope(study).versions_said == "Versions 1 and 2: 5 raters."


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda study: Condition.objects.get(study=study, name="vae").delete(), "it compared gan and vae"),
        (lambda study: setattr(study, "display_px", 32), "it showed images at 256 px instead of 32"),
    ],
)
def test_other_images_can_not_be_pooled(study, answer, now, change, words):
    change(study)
    study.save()
    open_study(study=study, now=now)
    answer(study, 2)
    for asked in ("", "all", "1,2"):
        scope = Scope(study, asked=asked)
        assert raters(scope) == {2}
        assert f"Left out: version 1 (3 raters): {words}." in scope.versions_said


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": "Another"}, "its title differs"),
        ({"assignment": "between"}, "every rater saw all conditions"),
        ({"attention_share": 0.5}, "its attention check required a different share"),
        ({"consent_text": "Do you?"}, "its consent text differs"),
    ],
)
def test_what_raters_met_otherwise_is_named(study, reword, answer, fields, words):
    reword(**fields)
    answer(study, 2)
    assert words in Scope(study).versions_said


def test_more_trials_are_named(study, answer, now):
    study.blocks.update(trials_per_block=4)
    open_study(study=study, now=now)
    answer(study, 1)
    assert (
        "the order, the number of trials or the qualification of its blocks differs"
        in Scope(study).versions_said
    )


@pytest.mark.parametrize("asked", [",", " ", " , "])
def test_what_names_no_version_asks_for_none(study, reword, answer, asked):
    reword(seed=study.seed + 1)
    answer(study, 2)
    assert (Scope(study, asked=asked).asked, raters(Scope(study, asked=asked))) == ("", {5})


def test_versions_are_asked_for_in_one_way(study, reword, answer):
    reword()
    answer(study, 2)
    assert Scope(study, asked=" 2, 01 ,2").asked == "1,2"
    assert Scope(study, asked=" all ").asked == "all"


def test_links_of_the_page_keep_the_version(study, reword, answer, admin_client, now):
    """Also where it has no responses, and while a metric is at work."""
    set_ = Condition.objects.get(study=study, name="gan").sample_set
    reference = study.reference_set
    request_evaluation(
        sample_set=set_, reference_set=reference, metrics=["fid"], settings={"seed": 0}, now=now
    )
    reword()
    answer(study, 1, kind="simulated")
    page = admin_client.get("/results/flash/", {"version": "2"}).content.decode()
    assert 'href="?version=2&amp;simulated=on"' in page
    assert "?finished=0&amp;version=2" in page
    assert '<option value="2" selected>' in page


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("²", "version was '²'; expected a number"),
        ("-1", "version was '-1'; expected a number"),
        ("9" * 30, "expected a number such as 2"),
        ("7", "no version 7 of study flash; it has 1"),
        ("1,9", "no version 9 of study flash; it has 1"),
        ("newest", "version was 'newest'; expected a number such as 2, several such as 1,2, or all"),
        ("0", "no version 0 of study flash; it has 1"),
    ],
)
def test_an_unknown_version_is_refused_everywhere(study, asked, said, admin_client, capsys):
    with pytest.raises(UnknownVersionError, match=re.escape(said)):
        Scope(study, asked=asked)
    with pytest.raises(CommandError, match=re.escape(said)):
        call_command("export", "flash", "trials", "--version", asked)
    assert admin_client.get("/results/flash/", {"version": asked}).status_code == 404
    assert admin_client.get("/results/flash/export/sessions.csv", {"version": asked}).status_code == 404
    refused = admin_client.get("/api/results/flash/", {"version": asked})
    assert refused.status_code == 400
    assert said in refused.json()["error"]


def test_the_page_says_it_and_lets_choose(study, reword, answer, admin_client):
    page = admin_client.get("/results/flash/").content.decode()
    assert "Version 1: 3 raters." in page
    assert '<select name="version">' not in page
    reword()
    answer(study, 2)
    page = admin_client.get("/results/flash/").content.decode()
    assert "Left out: version 1 (3 raters): its instructions differ." in page
    assert '<option value="1">version 1 (3 raters)</option>' in page
    assert '<option value="all">2 versions pooled</option>' in page
    pooled = admin_client.get("/results/flash/", {"version": "all"}).content.decode()
    assert '<option value="all" selected>' in pooled
    assert "n = 5" in pooled
    assert "export/estimates.csv?version=all" in pooled
    plot = admin_client.get("/results/flash/plots/ranking.json", {"version": "all"}).json()
    assert "Versions 1 and 2: 5 raters." in plot["caption"]


def test_the_command_and_the_api_take_a_version(study, reword, answer, admin_client, capsys):
    reword()
    answer(study, 2)
    call_command("export", "flash", "estimates", "--version", "1")
    assert set(pd.read_csv(io.StringIO(capsys.readouterr().out)).version) == {1}
    found = admin_client.get("/api/results/flash/", {"version": "1,2"}).json()
    assert [(use["number"], use["raters"], use["held"]) for use in found["versions"]] == [
        (1, 3, True),
        (2, 2, True),
    ]
    assert found["versions"][0]["changes"] == ["its instructions differ"]
    assert found["sessions"]["live_completed"] == 5


def test_a_draft_and_an_empty_study_say_nothing(make_study):
    study = make_study("empty")
    assert Scope(study).versions_said == ""
    StudyVersion.objects.filter(study=study).delete()
    assert (Scope(study).version, Scope(study).uses) == (None, [])
