"""Nothing that a rater's browser receives in a session tells real images from generated ones."""

import json
import re
import struct

import pytest

from tests.support import wire
from tests.support.telling import find_telling

pytestmark = [pytest.mark.xdist_group("journeys"), pytest.mark.slow]

PNG = b"\x89PNG\r\n\x1a\n"
ADDRESSES = re.compile(r"/s/[0-9a-f-]{36}/stimuli/[0-9a-f]{48}\.png")
VARYING = {"date", "set-cookie"}


@pytest.fixture(scope="module")
def sitting(new_rater):
    """A whole session, every image fetched; the rater, its images by trial, and what it was handed out."""
    rater = new_rater("seen").begin()
    images, trials = {}, []
    while (delivered := rater.get("block"))["block"] is not None:
        answer = "real" if delivered["task"] == "rapid_scene" else "left"
        for trial in delivered["trials"]:
            images[trial["trial"]] = [rater.client.get(url).raise_for_status() for url in trial["images"]]
            rater.send(wire.submission(trial, answer))
            trials.append({**trial, "task": delivered["task"]})
    rater.get("state")
    rater.post("complete", {})
    return rater, images, trials


def planned(site, rater):
    rows = site.rows(
        "SELECT position, kind, plan FROM trials_trial WHERE session_id = ?", rater.session.replace("-", "")
    )
    return {row["position"]: row for row in rows}


def shows_real(row):
    return any(stimulus["condition"] == "real" for stimulus in json.loads(row["plan"])["stimuli"])


def everything(rater):
    for response in rater.received:
        headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
        body = "" if response.headers["Content-Type"] == "image/png" else response.text
        yield f"{response.url}\n{headers}\n{body}"


def test_the_session_was_whole(site, sitting):
    rater, _, trials = sitting
    assert len(trials) == 26
    assert {row["kind"] for row in planned(site, rater).values()} == {"practice", "scored", "catch"}
    assert {shows_real(row) for row in planned(site, rater).values()} == {True, False}


def test_no_word_that_tells_is_sent(site, sitting):
    rater, _, _ = sitting
    for text in everything(rater):
        assert find_telling(site, text) == []


def test_images_have_names_of_one_form_and_no_name_twice(sitting):
    _, _, trials = sitting
    urls = [url for trial in trials for url in trial["images"]]
    assert all(ADDRESSES.fullmatch(url) for url in urls)
    assert len(set(urls)) == len(urls)


def test_images_are_alike_in_format_size_and_headers(sitting):
    _, images, _ = sitting
    responses = [response for several in images.values() for response in several]
    assert len({len(response.content) for response in responses}) == 1
    headers = {
        tuple(sorted((k, v) for k, v in response.headers.items() if k not in VARYING))
        for response in responses
    }
    assert len(headers) == 1
    names = dict(next(iter(headers)))
    assert not names.keys() & {"etag", "last-modified", "content-disposition", "server-timing"}
    assert {_shape(response.content) for response in responses} == {_shape(responses[0].content)}


def _shape(png):
    """Chunk names, lengths and the header's fields of a PNG."""
    assert png.startswith(PNG)
    at, chunks, header = len(PNG), [], b""
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at : at + 8])
        header = png[at + 8 : at + 8 + length] if name == b"IHDR" else header
        chunks.append((name, length))
        at += length + 12
    assert {name for name, _ in chunks} == {b"IHDR", b"IDAT", b"IEND"}
    return tuple(chunks), header


def test_payloads_of_real_and_generated_images_differ_in_address_and_mask_only(site, sitting):
    rater, _, trials = sitting
    rows = planned(site, rater)
    of_truth = {}
    for trial in trials:
        row = rows[trial["trial"]]
        if trial["task"] == "rapid_scene" and row["kind"] == "scored":
            shown = {k: v for k, v in trial["payload"].items() if k not in {"image", "mask_seed"}}
            of_truth.setdefault(shows_real(row), []).append((trial["kind"], str(shown)))
    assert set(of_truth[True]) == set(of_truth[False])
    assert len(set(of_truth[True])) == 1


def test_the_order_is_mixed(site, sitting):
    rater, _, trials = sitting
    rows = planned(site, rater)
    real = [shows_real(rows[t["trial"]]) for t in trials if t["task"] == "rapid_scene"]
    assert real != sorted(real)
    assert real != sorted(real, reverse=True)


def test_sides_are_balanced(site, sitting):
    rater, _, trials = sitting
    rows = planned(site, rater)
    plans = [json.loads(rows[t["trial"]]["plan"]) for t in trials if t["task"] == "pairwise"]
    left = [
        stimulus["condition"] for plan in plans for stimulus in plan["stimuli"] if stimulus["slot"] == "left"
    ]
    assert left.count("real") == len(left) / 2
