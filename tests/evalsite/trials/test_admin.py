import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from evalsite.trials.models import Participant, Session
from tests.support import wire


@pytest.fixture
def answered(make_study, rater):
    make_study({"trials": 2})
    begun = rater("faces").begin()
    begun.send(wire.submission(begun.get("block")["trials"][0]))
    Participant.objects.update(external_id="worker-4711")
    Session.objects.update(recruitment={"submission": "worker-4711"})
    return begun


@pytest.fixture
def reader(django_user_model):
    user = django_user_model.objects.create_user("reader", is_staff=True)
    names = [f"view_{model}" for model in ("participant", "session", "response", "trial")]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(user)
    return client


def pages(answered):
    session = answered.session
    response = session.responses.get()
    return [
        "participant/",
        f"participant/{session.participant_id}/change/",
        "session/",
        f"session/{session.pk}/change/",
        "response/",
        f"response/{response.pk}/change/",
    ]


def test_sessions_and_responses_can_be_looked_at(answered, admin_client):
    for page in pages(answered):
        assert admin_client.get(f"/admin/trials/{page}").status_code == 200


def test_platforms_ids_are_seen_only_with_the_permission(answered, reader, admin_client):
    for page in pages(answered):
        assert "worker-4711" not in reader.get(f"/admin/trials/{page}").content.decode()
    participant, session = pages(answered)[1], pages(answered)[3]
    for page in (participant, session):
        assert "worker-4711" in admin_client.get(f"/admin/trials/{page}").content.decode()


def test_nobody_edits_or_adds(answered, admin_client):
    for model in ("participant", "session", "response"):
        assert admin_client.get(f"/admin/trials/{model}/add/").status_code == 403
    session = answered.session
    refused = admin_client.post(f"/admin/trials/session/{session.pk}/change/", {"state": "completed"})
    assert refused.status_code == 403
    assert answered.session.state == "running"


def test_lists_can_be_filtered_and_searched(answered, admin_client):
    for query in (
        f"session/?q={answered.session.pk}",
        "session/?kind__exact=live",
        "response/?valid__exact=1",
    ):
        assert admin_client.get(f"/admin/trials/{query}").status_code == 200
