import logging

import pytest

from evalsite.samples.models import SampleImage
from evalsite.samples.selectors import image_paths
from evalsite.samples.storage import store
from evalsite.trials.models import Response, Session, Trial
from evalsite.trials.stimuli import find_fault
from tests.support import wire
from tests.support.damage import alter

STAIRCASE = {"exposure": "staircase", "staircase_start_ms": 500}
STILL = {"exposure": "unlimited", "fixation_ms": 0, "mask_ms": 0}


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path):
    """Other tests must not meet the files that these spoil."""
    settings.EVALSITE_DATA = tmp_path


@pytest.fixture
def begun(make_study, rater):
    make_study({"trials": 6})
    return rater("faces").begin()


def place_of(person, trial):
    """Where the file of a trial's image lies."""
    row = Trial.objects.get(session=person.session, position=trial["trial"])
    protocol = person.session.version.protocol
    (stimulus,) = row.plan["stimuli"]
    sets = {c["name"]: c["sample_set"] for c in protocol["conditions"]}
    sets["real"] = protocol["reference"]["sample_set"]
    image = SampleImage.objects.get(sample_set=sets[stimulus["condition"]], position=stimulus["image"])
    return store().path(image.sha256)


def set_aside(person, trial, status=200):
    return person.post("set-aside", {"trial": trial["trial"]}, status=status)


def spoil_everything(study):
    for condition in study.conditions.all():
        for place in image_paths(condition.sample_set):
            place.unlink()
    for place in image_paths(study.reference_set):
        alter(place)


@pytest.mark.parametrize("spoil", [alter, lambda place: place.unlink()])
def test_a_faulty_image_is_gone_for_good_and_says_nothing_of_its_source(begun, spoil):
    trial = begun.get("block")["trials"][0]
    spoil(place_of(begun, trial))
    for _ in range(2):
        answer = begun.client.get(trial["images"][0])
        assert answer.status_code == 410
        assert answer.json()["permanent"] is True
        assert set(answer.json()) == {"error", "next", "permanent"}
        for telling in ("gan", "photos", "real", "position", "Position"):
            assert telling not in answer.content.decode()


def test_a_store_that_is_away_is_worth_another_try(begun):
    trial = begun.get("block")["trials"][0]
    away = store().root.rename(store().root.with_name("away"))
    assert begun.client.get(trial["images"][0]).status_code == 503
    assert set_aside(begun, trial, status=503)
    away.rename(store().root)
    assert begun.client.get(trial["images"][0]).status_code == 200


def test_a_trial_that_can_t_be_shown_is_set_aside_with_its_reason_and_not_asked_again(begun, now):
    first, *others = begun.get("block")["trials"]
    alter(place_of(begun, first))
    receipt = set_aside(begun, first)
    assert receipt["progress"] == {"answered": 0, "total": 5, "again": 0, "block": 0, "blocks": 1}
    row = Trial.objects.get(session=begun.session, position=first["trial"])
    assert row.set_aside_at is not None
    name = row.plan["stimuli"][0]
    assert row.set_aside_reason.startswith(f"Position {name['image']} of sample set ")
    assert row.set_aside_reason.endswith(": the stored file is damaged.")
    assert [trial["trial"] for trial in begun.get("block")["trials"]] == [t["trial"] for t in others]
    assert set_aside(begun, first) == receipt, "a retry changes nothing"
    late = begun.send(wire.submission(first))["results"][0]
    assert late["status"] == "rejected"
    assert not Response.objects.exists()


def test_the_rater_goes_on_completes_and_is_paid(begun):
    first = begun.get("block")["trials"][0]
    place_of(begun, first).unlink()
    set_aside(begun, first)
    assert begun.answer_all() == 5
    assert begun.get("state")["stage"] == "debriefing"
    ending = begun.post("complete", {})
    assert ending["code"]
    assert "could be shown" not in ending["message"]
    assert begun.session.state == Session.State.COMPLETED


def test_a_session_of_faulty_images_ends_with_a_page_that_says_so(make_study, rater):
    study = make_study({"trials": 3, "practice": 1, "catch": 1}, {"trials": 2, "params": STAIRCASE})
    spoil_everything(study)
    person = rater("faces").begin()
    asked = 0
    while (delivered := person.get("block"))["block"] is not None:
        for trial in delivered["trials"]:
            set_aside(person, trial)
            asked += 1
    assert asked == 3 + 1 + 1 + 2
    assert person.get("state")["stage"] == "debriefing"
    ending = person.post("complete", {})
    assert ending["code"]
    assert ending["message"].endswith("That was a fault on our side, not yours.")
    assert person.get("state")["ending"]["message"] == ending["message"]


def test_a_rater_can_t_skip_what_can_be_shown(begun):
    trial = begun.get("block")["trials"][0]
    assert "can be shown" in set_aside(begun, trial, status=409)["error"]
    begun.send(wire.submission(trial))
    place_of(begun, trial).unlink()
    assert "is answered" in set_aside(begun, trial, status=409)["error"]
    set_aside(begun, {"trial": 999}, status=404)
    assert not Trial.objects.set_aside().exists()
    assert Response.objects.count() == 1


def test_trials_do_not_begin_by_setting_them_aside(make_study, rater):
    make_study()
    person = rater("faces")
    set_aside(person, {"trial": 0}, status=404)


def test_a_block_that_adapts_goes_on_with_the_next_trial(make_study, rater):
    make_study({"trials": 4, "params": STAIRCASE})
    person = rater("faces").begin()
    first, second = person.get("block")["trials"][:2]
    alter(place_of(person, first))
    following = set_aside(person, first)["next"]
    assert following["trial"] == second["trial"]
    assert following["payload"]["exposure_ms"] == 500
    assert person.answer_all() == 3


def test_a_qualification_is_judged_once_its_last_trial_is_set_aside(make_study, rater):
    make_study({"trials": 4, "params": STILL, "qualification": 0.65}, {"trials": 2, "params": STILL})
    person = rater("faces").begin()
    *answered, last = person.get("block")["trials"]
    for trial in answered:
        person.send(wire.submission(trial, "real"))
    assert person.session.state == Session.State.RUNNING
    place_of(person, last).unlink()
    set_aside(person, last)
    assert person.session.state == Session.State.FAILED_QUALIFICATION


def test_the_log_has_one_error_a_file(make_study, rater, caplog):
    study = make_study({"trials": 4})
    spoil_everything(study)
    with caplog.at_level(logging.ERROR, "evalsite.trials"):
        for seed in range(2):
            person = rater("faces", query=f"?seed={seed}").begin()
            for trial in person.get("block")["trials"]:
                set_aside(person, trial)
                set_aside(person, trial)
    said = [record.getMessage() for record in caplog.records if "was set aside" in record.getMessage()]
    reasons = set(Trial.objects.set_aside().values_list("set_aside_reason", flat=True))
    assert len(said) == len(reasons)
    assert all(any(reason in line for line in said) for reason in reasons)


def test_a_set_that_was_deleted_meanwhile_is_a_permanent_fault_too(begun):
    trial = begun.get("block")["trials"][0]
    row = Trial.objects.get(session=begun.session, position=trial["trial"])
    assert find_fault(begun.session, row) == ""
    SampleImage.objects.all().delete()
    assert begun.client.get(trial["images"][0]).status_code == 410
    set_aside(begun, trial)
