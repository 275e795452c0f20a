from datetime import timedelta

import pytest

from evalsite.trials.models import Participant, Response, Session
from evalsite.trials.services import begin_session, start_preview
from tests.support.answers import answered


@pytest.fixture
def preview(make_study, rater, admin_client):
    def start(**fields):
        make_study({"trials": 2, "practice": 1}, **fields)
        return rater("faces", admin_client, "preview/")

    return start


def test_a_draft_is_previewed_like_an_open_study_and_nothing_is_kept(preview):
    seen = preview(opened=False)
    state = seen.get("state")
    assert (state["stage"], state["preview"]) == ("consent", True)
    study = seen.session.study
    seen.begin().answer_all()
    ending = seen.post("complete", {})
    assert (ending["code"], ending["redirect"]) == ("", None)
    assert ending["debriefing"]
    assert not Session.objects.exists()
    assert not Participant.objects.exists()
    assert not Response.objects.exists()
    assert not study.versions.exists()
    assert study.state == "draft"
    assert seen.client.get(seen.base + "state").status_code == 404


def test_a_preview_of_an_open_study_leaves_its_version_alone(preview):
    seen = preview()
    study = seen.session.study
    seen.begin().answer_all()
    seen.post("complete", {})
    assert study.versions.count() == 1


def test_a_preview_is_never_counted(preview):
    seen = preview()
    seen.begin().answer_all()
    study = seen.session.study
    Session.objects.update(state="completed")
    assert not Session.objects.counted(simulated=True).exists()
    assert list(answered(study, 0, simulated=True)) == []


def test_a_preview_takes_no_rater_s_place(make_study, now):
    study = make_study(assignment="between")
    seen = start_preview(study=study, now=now, seed=0)
    live = [begin_session(study=study, query={}, now=now, seed=s).condition for s in range(2)]
    assert sorted(live) == ["alphagan", "betagan"]
    assert seen.condition in live


def test_old_previews_go_when_the_next_one_begins(make_study, now):
    study = make_study()
    old = start_preview(study=study, now=now)
    start_preview(study=study, now=now + timedelta(minutes=30))
    assert Session.objects.filter(pk=old.pk).exists()
    start_preview(study=study, now=now + timedelta(minutes=61))
    assert not Session.objects.filter(pk=old.pk).exists()
    assert Session.objects.count() == 2


def test_a_preview_does_not_make_a_researcher_a_rater_or_the_reverse(preview, rater):
    seen = preview()
    assert rater("faces", seen.client).base != seen.base


def test_only_who_may_change_studies_previews(make_study, client, django_user_model):
    make_study()
    assert client.get("/r/faces/preview/")["Location"].startswith("/admin/login/")
    client.force_login(django_user_model.objects.create_user("reader", is_staff=True))
    assert client.get("/r/faces/preview/").status_code in {302, 403}
    assert not Session.objects.exists()


def test_a_study_that_is_not_ready_says_what_is_missing(make_study, admin_client):
    make_study(opened=False).conditions.all().delete()
    page = admin_client.get("/r/faces/preview/")
    assert page.status_code == 409
    assert "condition" in page.content.decode()
    assert not Session.objects.exists()
