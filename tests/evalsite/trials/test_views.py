import json
from uuid import uuid4

import pytest
from django.test import Client

from evalsite.studies.services import close_study, open_study
from evalsite.trials.models import Participant, Response, Session, Trial
from evalsite.trials.wire.parsing import make_visit
from tests.support import wire

POSTS = {
    "consent": {"agreed": True},
    "device": wire.device(),
    "begin": {},
    "responses": {"responses": [wire.submission({"trial": 0, "payload": {"exposure_ms": 100}})]},
    "set-aside": {"trial": 0},
    "complete": {},
}
MALFORMED = [
    ("application/json", b""),
    ("application/json", b"{"),
    ("application/json", b"[]"),
    ("application/json", b'{"a": NaN}'),
    ("application/json", b"[" * 50_000),
    ("application/json", b'{"a": "' + b"x" * 2**20 + b'"}'),
    ("application/json", b'{"unheard": 1}'),
    ("application/x-www-form-urlencoded", b"agreed=true"),
]
GETS = ["", "state", "block"]
ENDPOINTS = {"state", "consent", "device", "begin", "block", "responses", "set_aside", "complete"}
ISOLATION = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


@pytest.fixture
def begun(make_study, rater):
    make_study({"trials": 3})
    return rater("faces").begin()


def stored():
    rows = Session.objects.values_list("state", "device", "completion_code")
    return list(rows), Response.objects.count(), Trial.objects.count()


@pytest.mark.parametrize("name", list(POSTS))
def test_a_malformed_request_is_answered_with_a_sentence_and_changes_nothing(begun, name):
    before = stored()
    for content_type, body in MALFORMED:
        response = begun.client.post(begun.base + name, body, content_type=content_type)
        assert response.status_code == 400, body[:40]
        answer = response.json()
        assert set(answer) == {"error", "next"}
        assert answer["error"].endswith(".")
    assert stored() == before


@pytest.mark.parametrize("name", list(POSTS))
def test_somebody_else_s_session_is_not_there(begun, name):
    before = stored()
    for path in (begun.base, f"/s/{uuid4()}/"):
        refused = Client().post(path + name, json.dumps(POSTS[name]), content_type="application/json")
        assert refused.status_code == 404
        assert set(refused.json()) == {"error", "next"}
    assert stored() == before


@pytest.mark.parametrize("name", GETS)
def test_somebody_else_s_pages_are_not_there(begun, name):
    assert Client().get(begun.base + name).status_code == 404
    assert Client().get(f"/s/{uuid4()}/{name}").status_code == 404


def test_a_forged_cookie_opens_nothing(begun):
    forger = Client()
    real = begun.client.cookies["evalsite_rater"].value
    forger.cookies["evalsite_rater"] = begun.session.pk.hex + real[real.index(":") :][:-1]
    assert forger.get(begun.base + "state").status_code == 404


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(begun):
    cookie = begun.client.cookies["evalsite_rater"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")


def test_two_studies_in_one_browser_do_not_lock_each_other_out(begun, make_study, rater):
    make_study(slug="cats")
    cats = rater("cats", begun.client)
    assert cats.get("state")["stage"] == "device"
    assert begun.get("state")["stage"] == "trials"


@pytest.mark.parametrize("name", list(POSTS))
def test_a_request_without_the_token_is_refused(make_study, rater, name):
    make_study()
    strict = rater("faces", Client(enforce_csrf_checks=True))
    path, data = strict.base + name, json.dumps(POSTS[name])
    assert strict.client.post(path, data, content_type="application/json").status_code == 403


def test_the_page_hands_out_the_token_and_the_addresses(make_study, rater):
    make_study()
    strict = rater("faces", Client(enforce_csrf_checks=True))
    page = strict.client.get(strict.base).content.decode()
    config = json.loads(page.split('id="rater-config"')[1].split(">", 1)[1].split("</script>")[0])
    assert set(config["urls"]) == ENDPOINTS
    assert list(config["modules"]) == ["rapid_scene"]
    agreed = strict.client.post(
        config["urls"]["device"],
        json.dumps(wire.device()),
        content_type="application/json",
        headers={"X-CSRFToken": config["csrf"]},
    )
    assert agreed.json()["stage"] == "instructions"


@pytest.mark.parametrize("name", ["", "state", "block"])
def test_every_page_of_a_session_is_isolated_and_kept_in_no_cache(begun, name):
    headers = begun.client.get(begun.base + name).headers
    assert {key: headers[key] for key in ISOLATION} == ISOLATION


def test_errors_are_isolated_too(begun):
    headers = Client().get(begun.base + "state").headers
    assert {key: headers[key] for key in ISOLATION} == ISOLATION


@pytest.mark.parametrize("name", list(POSTS))
def test_reading_changes_nothing(begun, name):
    assert begun.client.get(begun.base + name).status_code == 405


def test_links_that_lead_nowhere_say_so(make_study, client):
    study = make_study()
    make_study(slug="draft", opened=False)
    close_study(study=study)
    for slug, status in (("nothing", 404), ("draft", 410), ("faces", 410)):
        page = client.get(f"/r/{slug}/")
        assert page.status_code == status
        assert "message.html" in [template.name for template in page.templates]
    assert not Session.objects.exists()


def test_a_study_whose_judgements_were_imported_takes_no_raters(make_study, client):
    study = make_study()
    type(study).objects.update(source="imported")
    assert client.get("/r/faces/").status_code == 404


def test_who_has_begun_finishes_a_closed_study(begun):
    close_study(study=begun.session.study)
    assert begun.answer_all() == 3
    assert begun.post("complete", {})["code"]


@pytest.mark.parametrize("name", ["0" * 48, "x", "0" * 4000])
def test_a_made_up_image_is_not_there(begun, name):
    assert begun.client.get(f"{begun.base}stimuli/{name}.png").status_code == 404


def test_an_image_of_mine_is_not_there_for_others(begun, rater):
    url = begun.get("block")["trials"][0]["images"][0]
    assert begun.client.get(url)["Content-Type"] == "image/png"
    other = rater("faces").begin()
    assert other.client.get(url).status_code == 404
    assert other.client.get(other.base + "stimuli/" + url.rsplit("/", 1)[1]).status_code == 404


def test_the_timing_page_needs_no_session(client, db):
    page = client.get("/timing/")
    assert page.status_code == 200
    assert page["Cross-Origin-Embedder-Policy"] == "require-corp"


def test_a_fault_of_the_set_up_is_told_to_staff_only(make_study, client, admin_client):
    study = make_study()
    version = study.versions.get()
    version.protocol["blocks"][0]["task"] = "secret_task"
    version.save()
    answer = client.get("/r/faces/")
    assert answer.status_code == 500
    assert "secret_task" not in answer.content.decode()
    assert "secret_task" in admin_client.get("/r/faces/").content.decode()


def agree(client, slug="faces", query="", *, agreed=True, visit=None):
    config = wire.config_of(client.get(f"/r/{slug}/{query}").content.decode())
    data = {"agreed": agreed, "visit": visit or config["visit"]}
    return client.post(config["urls"]["consent"], data, content_type="application/json")


def test_the_link_shows_what_is_consented_to_and_stores_nothing(make_study, client):
    make_study({"trials": 4, "practice": 1})
    page = client.get("/r/faces/")
    shown = wire.config_of(page.content.decode())["state"]
    assert (shown["stage"], shown["progress"]["total"]) == ("consent", 5)
    assert set(shown["texts"]) == {"consent"}
    assert "evalsite_rater" not in client.cookies
    assert stored() == ([], 0, 0)
    assert not Participant.objects.exists()


def test_who_does_not_agree_leaves_no_trace_and_may_still_agree(make_study, client):
    make_study()
    refused = agree(client, agreed=False).json()
    assert refused["enter"] is None
    assert (refused["state"]["stage"], refused["state"]["way_back"]) == ("ended", "consent")
    assert "not agree" in refused["state"]["ending"]["message"]
    assert not Participant.objects.exists()
    assert agree(client).json()["enter"]
    assert Session.objects.get().state == "consented"


def test_a_double_click_a_reload_and_the_way_back_make_no_second_session(make_study, client):
    make_study()
    config = wire.config_of(client.get("/r/faces/").content.decode())
    data = {"agreed": True, "visit": config["visit"]}
    browsers = (client, Client(), client)
    answers = [b.post(config["urls"]["consent"], data, content_type="application/json") for b in browsers]
    (address,) = {answer.json()["enter"] for answer in answers}
    assert client.get("/r/faces/")["Location"] == address
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    "make", [lambda: "", lambda: "x", lambda: make_visit("cats", "I agree.")], ids=range(3)
)
def test_a_consent_page_of_another_study_or_of_nobody_begins_nothing(make_study, client, make):
    make_study()
    data = {"agreed": True, "visit": make()}
    refused = client.post("/r/faces/consent", data, content_type="application/json")
    assert refused.status_code == 400
    assert not Session.objects.exists()


def test_who_agreed_to_a_text_that_has_changed_reads_the_new_one_first(make_study, client, now):
    study = make_study()
    shown = wire.config_of(client.get("/r/faces/").content.decode())
    study.consent_text = "We keep your answers for ten years."
    study.save()
    open_study(study=study, now=now)
    refused = agree(client, visit=shown["visit"])
    assert refused.status_code == 409
    assert refused.json()["next"] == "Reload the page and read it again."
    assert not Session.objects.exists()
    assert agree(client).status_code == 200
    assert Session.objects.get().version.protocol["texts"]["consent"] == study.consent_text


def test_who_agreed_before_another_text_changed_takes_part_in_the_new_version(make_study, client, now):
    study = make_study()
    shown = wire.config_of(client.get("/r/faces/").content.decode())
    study.title = "A better title"
    study.save()
    newer = open_study(study=study, now=now)
    assert agree(client, visit=shown["visit"]).status_code == 200
    assert Session.objects.get().version == newer


def test_a_study_that_closed_meanwhile_says_so_and_stores_nothing(make_study, client):
    study = make_study()
    config = wire.config_of(client.get("/r/faces/").content.decode())
    close_study(study=study)
    data = {"agreed": True, "visit": config["visit"]}
    refused = client.post(config["urls"]["consent"], data, content_type="application/json")
    assert refused.status_code == 410
    assert "closed" in refused.json()["error"]
    assert not Session.objects.exists()
