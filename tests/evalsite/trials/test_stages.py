import pytest

from evalsite.studies.models import Study
from evalsite.trials.errors import WrongStageError
from evalsite.trials.models import Response, Trial
from evalsite.trials.services import begin_trials, record_consent, start_preview
from evalsite.trials.state import describe_state
from tests.support import wire


@pytest.fixture
def arrived(make_study, rater):
    make_study({"trials": 4, "practice": 1})
    return rater("faces")


def test_the_way_from_the_link_to_the_code(arrived):
    state = arrived.get("state")
    assert (state["stage"], state["preview"], state["ending"]) == ("device", False, None)
    assert state["progress"] == {"answered": 0, "total": 5, "again": 0, "block": 0, "blocks": 1}
    assert state["requirements"] == {
        "min_refresh_hz": 50.0,
        "display_px": 256,
        "flashes": True,
        "noise": True,
        "sizes": [{"columns": 1, "least_px": 204.8}],
    }
    assert arrived.post("device", wire.device())["stage"] == "instructions"
    assert arrived.post("begin", {})["stage"] == "trials"
    assert arrived.answer_all() == 5
    state = arrived.get("state")
    assert (state["stage"], state["progress"]["answered"]) == ("debriefing", 5)
    ending = arrived.post("complete", {})
    assert ending["code"]
    assert ending["debriefing"] == state["texts"]["debriefing"]
    assert arrived.get("state")["ending"]["code"] == ending["code"]
    assert arrived.session.state == "completed"


def test_the_debriefing_is_kept_back_until_the_answers_are_given(arrived):
    assert "debriefing" not in arrived.get("state")["texts"]
    arrived.begin()
    assert "debriefing" not in arrived.get("state")["texts"]


@pytest.fixture
def previewed(make_study, now):
    make_study(opened=False)
    return start_preview(study=Study.objects.get(), now=now)


def test_a_preview_shows_what_follows_when_consent_is_refused(previewed, now):
    declined = describe_state(record_consent(session=previewed, agreed=False, now=now))
    assert (declined["stage"], declined["way_back"], declined["ending"]["code"]) == ("ended", "consent", "")
    with pytest.raises(WrongStageError):
        begin_trials(session=previewed, now=now)
    state = describe_state(record_consent(session=previewed, agreed=True, now=now))
    assert (state["stage"], state["way_back"], state["ending"]) == ("device", None, None)


def test_consent_is_not_taken_back_by_a_late_request(arrived):
    assert "close the page" in arrived.post("consent", {"agreed": False}, status=409)["error"]


def test_a_slow_screen_ends_a_study_that_flashes(arrived):
    state = arrived.post("device", wire.device(refresh_hz=48.0, period_ms=1000 / 48))
    assert (state["stage"], state["ending"]["code"]) == ("ended", "")
    assert arrived.session.device["refresh_hz"] == 48.0
    arrived.post("begin", {}, status=409)
    assert state["way_back"] == "device"
    assert arrived.post("device", wire.device())["stage"] == "instructions"


def test_a_slow_screen_will_do_where_nothing_is_flashed(make_study, rater):
    make_study({"params": {"exposure": "unlimited"}})
    still = rater("faces")
    assert still.get("state")["requirements"]["flashes"] is False
    assert still.post("device", wire.device(refresh_hz=30.0))["stage"] == "instructions"


@pytest.mark.parametrize(
    ("room", "stage"), [((300, 204), "ended"), ((204, 300), "ended"), ((205, 205), "instructions")]
)
def test_a_window_in_which_images_are_too_small_may_be_enlarged(arrived, room, stage):
    width, height = room
    state = arrived.post("device", wire.device(room_width_px=width, room_height_px=height))
    assert (state["stage"], state["way_back"]) == (stage, "device" if stage == "ended" else None)
    assert arrived.post("device", wire.device())["stage"] == "instructions"


def test_a_phone_is_large_enough_for_images_alone_and_in_pairs(make_study, rater):
    make_study({}, {"task": "pairwise"})
    person = rater("faces")
    sizes = person.get("state")["requirements"]["sizes"]
    assert sizes == [{"columns": 1, "least_px": 204.8}, {"columns": 2, "least_px": 169}]
    narrow, phone = (wire.device(room_width_px=width, room_height_px=400) for width in (340, 360))
    assert person.post("device", narrow)["stage"] == "ended"
    assert person.post("device", phone)["stage"] == "instructions"


def test_every_step_may_be_sent_again(arrived):
    arrived.post("device", wire.device())
    assert arrived.post("device", wire.device(language="de"))["stage"] == "instructions"
    arrived.post("begin", {})
    planned = list(Trial.objects.values_list("pk", flat=True))
    assert arrived.post("begin", {})["stage"] == "trials"
    assert list(Trial.objects.values_list("pk", flat=True)) == planned
    arrived.answer_all()
    assert arrived.post("complete", {}) == arrived.post("complete", {})


@pytest.mark.parametrize(
    ("name", "data"),
    [("begin", {}), ("complete", {}), ("responses", {"responses": [{}]})],
)
def test_no_step_is_taken_before_its_turn(arrived, name, data):
    refused = arrived.post(name, data, status=409)
    assert refused["error"]
    assert refused["next"]
    assert arrived.session.state == "consented"


def test_a_session_is_not_complete_while_trials_wait(arrived):
    arrived.begin()
    delivered = arrived.get("block")["trials"]
    arrived.send(*(wire.submission(trial) for trial in delivered[:-1]))
    refused = arrived.post("complete", {}, status=409)
    assert refused["error"].startswith("1 trials")
    assert arrived.session.state == "running"
    assert arrived.session.completion_code == ""


def test_a_reload_shows_the_same_session(arrived):
    arrived.begin()
    before = arrived.get("block")
    arrived.send(wire.submission(before["trials"][0]))
    assert arrived.client.get("/r/faces/")["Location"] == arrived.base
    after = arrived.get("block")
    assert after["trials"] == before["trials"][1:]
    assert after["progress"]["answered"] == 1
    assert Response.objects.count() == 1
