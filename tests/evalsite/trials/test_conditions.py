"""Each row of docs/conditions.md is what the code does."""

import re
from itertools import chain
from pathlib import Path

import pytest
from msgspec.structs import fields

from evalsite.trials.models import Response
from evalsite.trials.quality import Exposure
from evalsite.trials.wire.messages import Device
from tests.support import wire

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "conditions.md"
ROW = re.compile(r"^\| (`.+?) \| .+? \| (invalid|unsuitable|recorded)\b(.*) \|$", re.MULTILINE)
TABLE = {
    tuple(re.findall(r"`([\w.]+)`", names)): (verdict, rest)
    for names, verdict, rest in ROW.findall(DOCUMENT.read_text())
}
UNTIL_THE_ANSWER = "not where the image stays until the answer"

FAULTY = {
    "exposure.visible": False,
    "exposure.focused": False,
    "exposure.css_px": 204,
    "exposure.asked_ms": 150,
    "exposure.planned_frames": 8,
    "exposure.shown_ms": 109,
    "exposure.dropped_frames": 1,
    "exposure.refresh_hz": 49,
    "device.refresh_hz": 49,
    "device.room_width_px": 204,
    "device.room_height_px": 204,
}
"""A value of each judged condition with which the trial does not count, or the session does not begin."""

UNUSUAL = {
    "exposure.full_screen": True,
    "exposure.natural_px": 8,
    "exposure.device_pixel_ratio": 3,
    "exposure.achieved_frames": 5,
    "exposure.onset_ms": 3,
    "exposure.offset_ms": 3,
    "exposure.period_ms": 16.5,
    "exposure.stable": False,
    "device.period_ms": 30,
    "device.stable": False,
    "device.window_width_px": 100,
    "device.window_height_px": 100,
    "device.screen_width_px": 100,
    "device.screen_height_px": 100,
    "device.device_pixel_ratio": 3,
    "device.dark_theme": True,
    "device.touch": True,
    "device.browser": "another",
    "device.os": "another",
    "device.user_agent": "another",
    "device.language": "xx",
}
"""A value of each recorded condition that is far from the usual one."""


def rows(*verdicts):
    """The names in the table whose rows have these verdicts, with what the row says further."""
    return [
        pytest.param(name, rest, id=name)
        for names, (verdict, rest) in TABLE.items()
        if verdict in verdicts
        for name in names
    ]


def begin_with(rater, name, value):
    """The stage after a device check in which a condition has this value, and what is stored of it."""
    person = rater("faces")
    person.post("consent", {"agreed": True})
    field = name.removeprefix("device.")
    stage = person.post("device", wire.device(**{field: value}))["stage"]
    return stage, person.session.device[field]


def answer_with(rater, name, value):
    """What is stored of an answer with this value of a condition, and whether its trial is repeated."""
    begun = rater("faces").begin()
    trial = begun.get("block")["trials"][0]
    exposure = wire.exposure(trial["payload"]["exposure_ms"]) | {name.removeprefix("exposure."): value}
    (result,) = begun.send(wire.submission(trial, exposures=[exposure]))["results"]
    return Response.objects.get(), result["repeated"]


def test_the_table_has_every_recorded_condition_once():
    recorded = [f"exposure.{field.name}" for field in fields(Exposure)]
    recorded += [f"device.{field.name}" for field in fields(Device)]
    assert sorted(chain.from_iterable(TABLE)) == sorted(recorded)


@pytest.mark.parametrize(("name", "rest"), rows("invalid"))
def test_a_trial_under_a_faulty_condition_does_not_count_and_is_repeated(make_study, rater, name, rest):
    make_study()
    stored, repeated = answer_with(rater, name, FAULTY[name])
    assert (stored.valid, repeated) == (False, True)
    assert stored.invalid_reason.endswith(".")


@pytest.mark.parametrize(("name", "rest"), rows("invalid"))
def test_where_the_image_stays_until_the_answer_frames_do_not_matter(make_study, rater, name, rest):
    make_study({"params": {"exposure": "unlimited"}})
    assert answer_with(rater, name, FAULTY[name])[0].valid == (UNTIL_THE_ANSWER in rest)


@pytest.mark.parametrize(("name", "rest"), rows("unsuitable"))
def test_a_session_does_not_begin_on_an_unsuitable_device(make_study, rater, name, rest):
    make_study()
    assert begin_with(rater, name, FAULTY[name]) == ("ended", FAULTY[name])


@pytest.mark.parametrize(("name", "rest"), rows("recorded"))
def test_what_is_only_recorded_changes_nothing(make_study, rater, name, rest):
    make_study()
    if name.startswith("device."):
        assert begin_with(rater, name, UNUSUAL[name]) == ("instructions", UNUSUAL[name])
    else:
        stored, repeated = answer_with(rater, name, UNUSUAL[name])
        assert (stored.valid, repeated) == (True, False)
        assert stored.exposures[0][name.removeprefix("exposure.")] == UNUSUAL[name]
