"""Qualifications and attention, as a browser and the database meet them."""

from __future__ import annotations

from typing import Any

import pytest

from evalsite.studies.planning import from_json, read_block
from evalsite.trials.models import Response, Session, Trial
from evalsite.trials.reading import pool_blocks, tallies
from evalsite.trials.services.arrival import PLACE_HELD
from tests.support import wire

QUALIFYING = {"trials": 8, "practice": 1, "qualification": 0.65, "params": {"exposure": "unlimited"}}
PAIRED = {"task": "pairwise", "params": {"compare": "both", "allow_tie": True}}


def rightly(trial: Trial) -> str:
    """The answer that is right, or that a catch trial asks for; the first one where none is."""
    planned = from_json(trial.plan)
    if asked := planned.settings.get("asked"):
        return asked
    block = read_block(trial.session.version.protocol, trial.block)
    truth = block.task.truth(block.params, planned)
    sides = {stimulus.slot: stimulus.condition for stimulus in planned.stimuli}
    return next((slot for slot in sides if sides[slot] == truth), "left") if "left" in sides else truth


def wrongly(trial: Trial) -> str:
    other = {"real": "generated", "generated": "real", "left": "right", "right": "left"}
    return other[rightly(trial)]


def only(*kinds: str) -> Any:
    """Answers these kinds of trial wrongly."""
    return lambda trial: wrongly(trial) if trial.kind in kinds else rightly(trial)


def unseen(shown: dict[str, Any]) -> dict[str, Any]:
    """An answer to a flash that the rater can't have seen."""
    hidden = wire.exposure(shown["payload"]["exposure_ms"], visible=False)
    return wire.submission(shown, "real", exposures=[hidden])


def answer_block(rater: Any, choose: Any) -> list[dict[str, Any]]:
    """Answers what is handed out now, all in one request; the submissions."""
    trials = rater.get("block")["trials"]
    planned = {trial.position: trial for trial in rater.session.trials.all()}
    sent = [
        wire.submission(shown, choose(planned[shown["trial"]]), payload=shown["payload"]) for shown in trials
    ]
    assert {result["status"] for result in rater.send(*sent)["results"]} == {"stored"}
    return sent


def test_who_passes_the_qualification_goes_on(make_study, rater):
    make_study(QUALIFYING, {"trials": 4})
    able = rater("faces").begin()
    answer_block(able, only("practice"))
    assert able.get("state")["stage"] == "trials"
    assert able.get("block")["block"] == 1
    answer_block(able, rightly)
    assert able.post("complete", {})["code"]
    assert able.session.state == "completed"


def test_raters_of_one_condition_qualify_on_all_of_them_and_go_on_with_their_own(make_study, rater):
    make_study(QUALIFYING, {"trials": 4}, assignment="between")
    able = rater("faces").begin()
    for shown in ({"alphagan", "betagan"}, {able.session.condition}):
        trials = able.session.trials.filter(block=able.get("block")["block"])
        met = {stimulus["condition"] for trial in trials for stimulus in trial.plan["stimuli"]}
        assert met == {"real", *shown}
        answer_block(able, rightly)
    assert able.post("complete", {})["code"]


@pytest.mark.parametrize("said", ["real", "generated"])
def test_who_misses_the_share_of_one_truth_ends_there(make_study, rater, said):
    make_study(QUALIFYING, {"trials": 4})
    one_sided = rater("faces").begin()
    answer_block(one_sided, lambda _: said)
    state = one_sided.get("state")
    assert (state["stage"], state["ending"]["code"], state["way_back"]) == ("ended", "", None)
    assert state["ending"]["message"] == "Thank you. The study ends here for you, after its first part."
    assert state["texts"]["debriefing"]
    session = one_sided.session
    assert (session.state, session.completion_code) == ("failed_qualification", "")
    assert session.completed_at is not None
    assert session.responses.count() == 9, "the answers stay"


def test_a_session_that_failed_hands_out_nothing_more_and_takes_retries(make_study, rater):
    make_study(QUALIFYING, {"trials": 4})
    failed = rater("faces").begin()
    sent = answer_block(failed, wrongly)
    ended = failed.session.completed_at
    assert failed.get("block") == {"block": None, "trials": [], "progress": failed.get("state")["progress"]}
    assert {result["status"] for result in failed.send(*sent)["results"]} == {"duplicate"}
    (late,) = failed.send(wire.submission({"trial": 9}, payload={"exposure_ms": None}))["results"]
    assert late["status"] == "rejected"
    assert failed.post("complete", {})["code"] == ""
    assert failed.post("begin", {})["stage"] == "ended"
    assert not Trial.objects.filter(block=1, delivered_at__isnull=False).exists()
    assert failed.session.completed_at == ended
    assert failed.client.get("/r/faces/")["Location"] == failed.base, "the link leads back to the ending"


def test_the_last_repeat_decides_and_trials_that_failed_to_show_do_not_count(make_study, rater):
    make_study({**QUALIFYING, "practice": 0, "params": {}}, {"trials": 4})
    unlucky = rater("faces").begin()
    first, *others = unlucky.get("block")["trials"]
    planned = {trial.position: trial for trial in unlucky.session.trials.all()}
    unlucky.send(unseen(first), *(wire.submission(t, rightly(planned[t["trial"]])) for t in others))
    assert unlucky.session.state == "running"
    answer_block(unlucky, rightly)  # the repeat
    assert unlucky.get("block")["block"] == 1


def test_a_qualification_of_pairs_counts_those_with_a_right_answer_and_a_tie_as_wrong(make_study, rater):
    make_study({**PAIRED, "trials": 9, "qualification": 0.65}, {"trials": 4})
    undecided = rater("faces").begin()
    answer_block(undecided, lambda _: "tie")
    assert undecided.session.state == "failed_qualification"


def test_a_qualification_where_nothing_could_be_judged_lets_pass(make_study, rater):
    make_study({"trials": 4, "qualification": 0.65}, {"trials": 4})
    away = rater("faces").begin()
    while (handed := away.get("block"))["block"] == 0:  # each trial comes again until it was repeated enough
        away.send(*map(unseen, handed["trials"]))
    assert not Response.objects.filter(valid=True).exists()
    assert (away.session.state, handed["block"]) == ("running", 1)


def judged(versions, pool, **options):
    """How many judgements the tallies of a pool hold."""
    return sum(len(tally.counts["judgements"]) for tally in tallies(versions, pool, **options))


def test_a_qualification_makes_no_estimate(make_study, rater):
    study = make_study({**QUALIFYING, "practice": 0, "params": {}}, {"trials": 4})
    able = rater("faces").begin()
    answer_block(able, rightly)
    answer_block(able, rightly)
    able.post("complete", {})
    (pool,) = pool_blocks(able.session.version.protocol)
    assert pool.blocks == (1,)
    assert judged([study.versions.get()], pool) == 4


def test_attention_is_checked_at_the_end(make_study, rater):
    study = make_study({"trials": 3, "catch": 2}, {"trials": 3, "catch": 3}, attention_share=0.8)
    dreamer = rater("faces").begin()
    answer_block(dreamer, only("catch"))
    assert dreamer.session.state == "running", "not before all trials are answered"
    answer_block(dreamer, rightly)
    ending = dreamer.post("complete", {})
    assert (ending["code"], ending["message"]) == ("", "Thank you. The study ends here for you.")
    assert ending["debriefing"]
    assert dreamer.post("complete", {}) == ending
    assert (dreamer.session.state, dreamer.get("state")["stage"]) == ("failed_attention", "ended")
    pools = pool_blocks(dreamer.session.version.protocol)
    assert [judged([study.versions.get()], pool) for pool in pools] == [0]
    assert [judged([study.versions.get()], pool, inattentive=True) for pool in pools] == [6]


def test_who_attends_completes_however_wrong_all_else_is(make_study, rater):
    make_study({"trials": 3, "catch": 2}, attention_share=1.0)
    attentive = rater("faces").begin()
    answer_block(attentive, only("scored"))
    assert attentive.post("complete", {})["code"]
    assert attentive.session.state == "completed"


def test_attention_that_could_not_be_looked_at_is_no_failure(make_study, rater):
    make_study({"trials": 8, "catch": 1}, attention_share=1.0)
    away = rater("faces").begin()
    while trials := away.get("block")["trials"]:
        catch = set(away.session.trials.filter(kind="catch").values_list("position", flat=True))
        away.send(*(unseen(t) if t["trial"] in catch else wire.submission(t) for t in trials))
    assert not Response.objects.filter(trial__kind="catch", valid=True).exists()
    away.post("complete", {})
    assert away.session.state == "completed"


def test_a_preview_tells_what_a_rater_would_have_met_and_keeps_nothing(make_study, rater, admin_client):
    make_study({"trials": 3, "catch": 2}, attention_share=0.8)
    looked = rater("faces", client=admin_client, query="preview/").begin()
    answer_block(looked, only("catch"))
    assert "would fail the attention check" in looked.post("complete", {})["message"]
    assert not Session.objects.exists()


def test_who_failed_holds_no_place_in_the_balance(make_study, rater, now):
    make_study(QUALIFYING, {"trials": 4}, assignment="between")
    failed = rater("faces").begin()
    answer_block(failed, wrongly)
    held = Session.objects.taking_part(seen_since=now - PLACE_HELD)
    assert list(held) == []
    assert list(Session.objects.unfinished()) == []


def test_a_version_frozen_before_there_were_checks_goes_on(make_study, rater):
    study = make_study({"trials": 4, "catch": 1})
    protocol = study.versions.get().protocol
    assert "attention_share" not in protocol
    assert "qualification_share" not in protocol["blocks"][0]
    early = rater("faces").begin()
    answer_block(early, wrongly)
    assert early.post("complete", {})["code"]
