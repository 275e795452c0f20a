from uuid import uuid4

import pytest

from evalsite.trials.models import Response, Trial
from tests.support import wire


@pytest.fixture
def begun(make_study, rater):
    make_study({"trials": 6, "practice": 1})
    return rater("faces").begin()


def result(receipt):
    (only,) = receipt["results"]
    return only


def invalid(trial, **changes):
    return wire.submission(trial, exposures=[wire.exposure(100, focused=False)], **changes)


def test_an_answer_is_stored_with_all_that_was_recorded(begun):
    trial = begun.get("block")["trials"][1]
    sent = wire.submission(trial, "generated")
    receipt = begun.send(sent)
    assert result(receipt) == {"id": sent["id"], "status": "stored", "feedback": None, "repeated": False}
    assert receipt["progress"]["answered"] == 1
    stored = Response.objects.get()
    assert (str(stored.pk), stored.answer, stored.rt_ms) == (sent["id"], {"answer": "generated"}, 640.5)
    assert stored.exposures == sent["exposures"]
    assert stored.score["judged"] == "generated"
    assert stored.valid
    assert stored.version == begun.session.version


def test_a_retry_is_told_the_same_and_changes_nothing(begun):
    practice = begun.get("block")["trials"][0]
    sent = wire.submission(practice)
    first = result(begun.send(sent))
    assert first["feedback"] is not None
    again = result(begun.send(sent | {"answer": {"answer": "generated"}}))
    assert again == first | {"status": "duplicate"}
    assert Response.objects.get().answer == {"answer": "real"}


def test_a_second_answer_from_another_tab_changes_nothing(begun):
    trial = begun.get("block")["trials"][1]
    begun.send(wire.submission(trial, "real"))
    second = result(begun.send(wire.submission(trial, "generated")))
    assert second["status"] == "duplicate"
    assert Response.objects.get().answer == {"answer": "real"}


def test_the_same_answer_twice_in_one_request_is_stored_once(begun):
    trial = begun.get("block")["trials"][1]
    sent = wire.submission(trial)
    receipt = begun.send(sent, sent, wire.submission(trial))
    assert [r["status"] for r in receipt["results"]] == ["stored", "duplicate", "duplicate"]
    assert Response.objects.count() == 1


def test_an_id_is_good_for_one_answer(begun, rater):
    first, second = begun.get("block")["trials"][:2]
    name = str(uuid4())
    begun.send(wire.submission(first, id=name))
    assert result(begun.send(wire.submission(second, id=name)))["status"] == "rejected"
    other = rater("faces").begin()
    stranger = wire.submission(other.get("block")["trials"][0], id=name)
    assert result(other.send(stranger))["status"] == "rejected"
    assert Response.objects.count() == 1


def test_one_malformed_answer_does_not_hold_up_the_others(begun):
    first, second = begun.get("block")["trials"][:2]
    wrong = wire.submission(first, "neither")
    unread = wire.submission(first, rt_ms=-1)
    receipt = begun.send(wrong, unread, {"id": 3}, wire.submission(second))
    assert [r["status"] for r in receipt["results"]] == ["rejected", "rejected", "rejected", "stored"]
    assert [r["id"] for r in receipt["results"]][:3] == [wrong["id"], unread["id"], ""]
    assert all(r["error"] for r in receipt["results"][:3])
    assert Response.objects.count() == 1


@pytest.mark.parametrize("position", [7, 10_000])
def test_a_trial_that_is_not_there_can_t_be_answered(begun, position):
    trial = begun.get("block")["trials"][0]
    assert result(begun.send(wire.submission(trial) | {"trial": position}))["status"] == "rejected"


def test_a_trial_that_was_not_handed_out_can_t_be_answered(begun):
    sent = wire.submission({"trial": 0, "payload": {"exposure_ms": 100}})
    assert result(begun.send(sent))["status"] == "rejected"
    assert not Response.objects.exists()


def test_an_invalid_trial_is_kept_and_shown_again_at_the_end(begun):
    trials = begun.get("block")["trials"]
    told = result(begun.send(invalid(trials[1])))
    assert told["repeated"]
    kept = Response.objects.get()
    assert not kept.valid
    assert "focus" in kept.invalid_reason
    again = begun.get("block")["trials"]
    assert [t["trial"] for t in again] == [0, 2, 3, 4, 5, 6, 7]
    repeat = Trial.objects.get(position=7)
    assert repeat.repeat_of == kept.trial
    assert repeat.plan == kept.trial.plan
    assert again[-1]["payload"] | {"image": ""} == trials[1]["payload"] | {"image": ""}
    assert begun.answer_all() == 7


def test_a_trial_that_comes_again_counts_once(begun):
    """A total that grows while one answers looks like a fault."""
    delivery = begun.get("block")
    total, trials = delivery["progress"]["total"], delivery["trials"]
    receipt = begun.send(wire.submission(trials[0]), invalid(trials[1]))
    assert receipt["progress"] == {"answered": 1, "total": total, "again": 1, "block": 0, "blocks": 1}
    begun.answer_all()
    progress = begun.get("state")["progress"]
    assert (progress["answered"], progress["total"], progress["again"]) == (total, total, 0)


def test_a_trial_is_repeated_twice_at_most(begun):
    begun.send(*(wire.submission(t) for t in begun.get("block")["trials"][:-1]))
    outcomes = []
    while trials := begun.get("block")["trials"]:
        outcomes.append(result(begun.send(invalid(trials[0])))["repeated"])
    assert outcomes == [True, True, False]
    assert begun.post("complete", {})["code"]


def test_a_hopeless_screen_does_not_go_on_for_ever(begun):
    answered = 0
    while trials := begun.get("block")["trials"]:
        answered += len(begun.send(*(invalid(trial) for trial in trials))["results"])
    assert answered == 7 + 4  # repeats stop once they are half of the seven planned
    assert not Response.objects.filter(valid=True).exists()


def test_practice_is_not_repeated(begun):
    told = result(begun.send(invalid(begun.get("block")["trials"][0])))
    assert not told["repeated"]
    assert told["feedback"] is not None


def test_a_client_that_leaves_its_exposures_out_does_not_get_away_with_it(begun):
    begun.send(wire.submission(begun.get("block")["trials"][1], exposures=[]))
    assert not Response.objects.get().valid


def test_the_truth_is_told_after_practice_only_unless_the_study_says_so(make_study, rater):
    make_study({"trials": 2, "practice": 1, "params": {"feedback": True}})
    told = rater("faces").begin()
    practice, first, second = told.get("block")["trials"]
    assert practice["payload"]["feedback"]
    right = Trial.objects.get(position=first["trial"]).plan["stimuli"][0]["condition"] == "real"
    assert result(told.send(wire.submission(first, "real")))["feedback"] == {"correct": right}
    # Who sees the image again must not know already.
    assert result(told.send(invalid(second)))["feedback"] is None


def test_catch_trials_are_called_scored_and_marked_in_the_database(make_study, rater):
    make_study({"trials": 4, "catch": 2})
    checked = rater("faces").begin()
    assert {t["kind"] for t in checked.get("block")["trials"]} == {"scored"}
    assert Trial.objects.filter(kind="catch").count() == 2


STAIRCASE = {"exposure": "staircase", "staircase_start_ms": 500}


@pytest.fixture
def climbing(make_study, rater):
    make_study({"trials": 4, "params": STAIRCASE}, {"trials": 2, "params": STAIRCASE})
    return rater("faces").begin()


def truth(trial):
    real = Trial.objects.get(position=trial["trial"]).plan["stimuli"][0]["condition"] == "real"
    return "real" if real else "generated"


def wrong(trial):
    return "generated" if truth(trial) == "real" else "real"


def test_a_staircase_is_handed_out_step_by_step(climbing):
    delivered = climbing.get("block")
    assert delivered["adaptive"]
    assert [trial["payload"] is None for trial in delivered["trials"]] == [False, True, True, True]
    assert all(trial["images"] for trial in delivered["trials"])
    assert delivered["trials"][0]["payload"]["exposure_ms"] == 500


def test_a_staircase_follows_the_answers_and_a_reload_shows_the_same(make_study, rater):
    # One condition, so that there is one staircase.
    make_study({"trials": 4, "params": STAIRCASE}, assignment="between")
    climber = rater("faces").begin()
    first, second, *_ = climber.get("block")["trials"]
    receipt = climber.send(wire.submission(first, wrong(first)))
    assert receipt["next"]["trial"] == second["trial"]
    assert receipt["next"]["payload"]["exposure_ms"] == 530
    assert climber.get("block")["trials"][0]["payload"] == receipt["next"]["payload"]
    receipt = climber.send(wire.submission(second, truth(second), payload=receipt["next"]["payload"]))
    assert receipt["next"]["payload"]["exposure_ms"] == 520


def test_a_retry_on_a_staircase_is_given_the_same_next_trial(climbing):
    sent = wire.submission(climbing.get("block")["trials"][0])
    assert climbing.send(sent)["next"] == climbing.send(sent)["next"]


def test_a_staircase_can_t_be_answered_ahead(climbing):
    first, second, *_ = climbing.get("block")["trials"]
    ahead = wire.submission(second, payload=first["payload"])
    assert result(climbing.send(ahead))["status"] == "rejected"


def test_an_invalid_step_does_not_move_the_staircase_and_comes_back(climbing):
    first = climbing.get("block")["trials"][0]
    receipt = climbing.send(wire.submission(first, exposures=[wire.exposure(500, dropped_frames=2)]))
    assert result(receipt)["repeated"]
    assert receipt["next"]["payload"]["exposure_ms"] == 500
    waiting = climbing.get("block")["trials"]
    assert len(waiting) == 4
    assert waiting[-1]["payload"] is None


def test_the_next_block_is_asked_for_as_a_whole(climbing):
    following = climbing.get("block")["trials"][0]["payload"]
    for trial in climbing.get("block")["trials"]:
        receipt = climbing.send(wire.submission(trial, payload=following))
        following = receipt["next"] and receipt["next"]["payload"]
    assert receipt["next"] is None
    assert climbing.get("block")["block"] == 1
    climbing.answer_all()
    assert climbing.get("block") == {
        "block": None,
        "trials": [],
        "progress": {"answered": 6, "total": 6, "again": 0, "block": 1, "blocks": 2},
    }


def test_a_late_retry_after_the_end_is_a_duplicate(begun):
    sent = wire.submission(begun.get("block")["trials"][0])
    begun.send(sent)
    begun.answer_all()
    begun.post("complete", {})
    assert result(begun.send(sent))["status"] == "duplicate"
