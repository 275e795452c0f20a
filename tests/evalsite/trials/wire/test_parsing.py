import math

import pytest
from django.http import QueryDict

from evalsite.studies.planning import MAX_EXPOSURES
from evalsite.trials.errors import MalformedRequestError
from evalsite.trials.wire import parsing
from evalsite.trials.wire.fields import MAX_ANSWER
from evalsite.trials.wire.messages import Submission, UnreadableSubmission
from tests.support import wire

TRIAL = {"trial": 3, "payload": {"exposure_ms": 100}}


def good(**changes):
    return wire.submission(TRIAL, **changes)


def without(data, name):
    return {key: value for key, value in data.items() if key != name}


def test_a_good_answer_is_read_whole():
    sent = good()
    (read,) = parsing.read_submissions({"responses": [sent]})
    assert isinstance(read, Submission)
    assert (str(read.id), read.trial, read.rt_ms) == (sent["id"], 3, 640.5)
    assert read.exposures[0].to_json() == sent["exposures"][0]
    assert read.answered_at.isoformat() == sent["answered_at"]


@pytest.mark.parametrize(
    "bad",
    [
        *({"id": value} for value in (None, 7, "x", "00000000-0000-1000-8000-000000000000")),
        *({"trial": value} for value in (None, -1, 1.5, "3", True, 2**24, 1e300)),
        *({"answer": value} for value in (None, "real", [], {"answer": "x" * MAX_ANSWER})),
        *({"rt_ms": value} for value in (None, -0.1, "5", math.nan, math.inf, 1e16, False)),
        *({"exposures": value} for value in (None, {}, [1], [{}])),
        {"exposures": [wire.exposure(100)] * (MAX_EXPOSURES + 1)},
        *({"answered_at": value} for value in (None, 5, "now", "2026-01-01T10:00:00")),
            {"answered_at": "0001-01-01T00:00:00+14:00"},
        *({"exposures": [wire.exposure(100) | {name: "x"}]} for name in wire.exposure(100)),
        {"exposures": [wire.exposure(100, period_ms=0)]},
        {"exposures": [wire.exposure(100, dropped_frames=0.5)]},
        {"exposures": [wire.exposure(100, more=1)]},
        {"truth": "real"},
    ],
)  # fmt: skip
def test_a_bad_answer_is_unreadable_with_a_sentence_and_holds_nothing_up(bad):
    first, second = parsing.read_submissions({"responses": [good() | bad, good()]})
    assert isinstance(first, UnreadableSubmission)
    assert first.error.endswith(".")
    assert isinstance(second, Submission)


FLASH = wire.exposure(100)


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ({"id": "x"}, "id was 'x'; expected a version-4 UUID; make one per answer."),
        ({"trial": -1}, "trial was -1; expected a trial's number, 0 or more."),
        ({"answer": []}, "answer was []; expected a JSON object of at most 32000 characters."),
        ({"rt_ms": -0.5}, "rt_ms was -0.5; expected 0 to 1e15 milliseconds."),
        ({"rt_ms": True}, "rt_ms was True; expected 0 to 1e15 milliseconds."),
        ({"answered_at": "now"}, "answered_at was 'now'; expected an ISO 8601 time with a zone."),
        ({"exposures": {}}, "exposures was {}; expected a list of at most 1000 records."),
        ({"exposures": [FLASH, 1]}, "exposures[1] was 1; expected a JSON object."),
        ({"exposures": [{}]}, "exposures[0] lacks asked_ms; send it, too."),
        ({"exposures": [FLASH | {"more": 1}]}, "exposures[0] has an unknown field 'more'; leave it out."),
        (
            {"exposures": [FLASH | {"planned_frames": "x"}]},
            "exposures[0].planned_frames was 'x'; expected a whole number (no decimal point) or null.",
        ),
        ({"truth": "real"}, "an answer has an unknown field 'truth'; leave it out."),
        ({"x` - at `$.exposures[7]": 1}, "exposures[7] has an unknown field 'x'; leave it out."),
    ],
)
def test_an_error_says_what_was_given_and_what_is_expected(bad, sentence):
    (read,) = parsing.read_submissions({"responses": [good() | bad]})
    assert read.error == sentence


def test_an_error_about_a_device_speaks_of_the_device_s_own_bounds():
    with pytest.raises(MalformedRequestError, match=r"^refresh_hz was 0; expected a number above 0"):
        parsing.read_device(wire.device(refresh_hz=0))


def test_an_answer_that_is_nested_too_deeply_is_unreadable():
    deep = {}
    for _ in range(5000):
        deep = {"a": deep}
    (read,) = parsing.read_submissions({"responses": [good(answer=deep)]})
    assert read.error == "an answer is nested too deeply; send a flatter one."


@pytest.mark.parametrize("name", list(wire.submission(TRIAL)))
def test_nothing_may_be_left_out_of_an_answer(name):
    (read,) = parsing.read_submissions({"responses": [without(good(), name)]})
    assert isinstance(read, UnreadableSubmission)
    assert name in read.error


@pytest.mark.parametrize(
    "data", [{}, {"responses": []}, {"responses": {}}, {"responses": [{}] * 101}, {"responses": [{}], "x": 1}]
)
def test_a_request_that_is_no_list_of_answers_is_refused(data):
    with pytest.raises(MalformedRequestError):
        parsing.read_submissions(data)


@pytest.mark.parametrize("data", [None, 5, "x", []])
def test_what_is_no_object_among_the_answers_is_unreadable(data):
    (read,) = parsing.read_submissions({"responses": [data]})
    assert isinstance(read, UnreadableSubmission)
    assert read.id == ""


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"3", b"\xff\xfe", b'{"a": NaN}', b'{"a": 1e999}', b'{"a": "\\ud800"}',
        b'{"a": "\\u0000"}',
        b'{"a":' * 100_000, b'{"a": "' + b"x" * parsing.MAX_BODY_BYTES + b'"}',
    ],
)  # fmt: skip
def test_a_body_that_can_t_be_stored_is_refused(body):
    with pytest.raises(MalformedRequestError):
        parsing.read_body(body, "application/json")


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_only_json_is_read(content_type):
    with pytest.raises(MalformedRequestError):
        parsing.read_body(b"{}", content_type)


def test_a_device_is_read_whole():
    assert parsing.read_device(wire.device()).to_json() == wire.device()


@pytest.mark.parametrize(
    "bad",
    [{"refresh_hz": 0}, {"period_ms": -1}, {"language": "x" * 1001}, {"touch": 1}, {"screen_width_px": 10.5}],
)
def test_a_device_that_can_t_be_is_refused(bad):
    with pytest.raises(MalformedRequestError):
        parsing.read_device(wire.device(**bad))


@pytest.mark.parametrize("agreed", [None, 1, "true"])
def test_consent_is_true_or_false(agreed):
    with pytest.raises(MalformedRequestError):
        parsing.read_consent({"agreed": agreed})


def test_a_link_says_who_comes():
    read = parsing.read_arrival(QueryDict("PID=p1&again=1"))
    assert (read.query["PID"], read.kind, read.again) == ("p1", "live", True)


def test_only_a_pass_of_this_site_makes_a_rater_a_simulated_one():
    given = QueryDict(mutable=True)
    given["simulated"] = parsing.make_simulation_pass()
    assert parsing.read_arrival(given).kind == "simulated"
    with pytest.raises(MalformedRequestError):
        parsing.read_arrival(QueryDict("simulated=1"))
