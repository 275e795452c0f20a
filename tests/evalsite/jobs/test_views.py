"""A job in the browser: who may see and do what, and what is shown."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from evalsite.jobs.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Client:
    """A client that may do everything."""
    client = Client()
    client.force_login(User.objects.create_superuser("chief"))
    return client


@pytest.fixture
def reader() -> Client:
    """A client that may only look."""
    user = User.objects.create_user("reader", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="jobs", codename="view_job"))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def job(make_counting_job) -> Job:
    return make_counting_job()


def address(name: str, job: Job) -> str:
    return reverse(f"jobs:{name}", args=[job.pk])


def test_the_address_names_the_room(job):
    assert address("panel", job) == f"/jobs/{job.pk}/"


def test_a_running_job_asks_for_itself_again_and_an_ended_one_does_not(staff, job):
    Job.objects.update(state="running", done_units=4, total_units=16, message="at 4")
    for name in ("panel", "cell"):
        page = staff.get(address(name, job)).content.decode()
        assert f'hx-get="{address(name, job)}"' in page
        assert 'value="0.250"' in page
    panel = staff.get(address("panel", job)).content.decode()
    assert "at 4" in panel
    assert "Cancel" in panel
    Job.objects.update(state="failed", error="No weights <b>here</b>")
    panel = staff.get(address("panel", job)).content.decode()
    assert "hx-get" not in panel
    assert "No weights &lt;b&gt;here&lt;/b&gt;" in panel
    assert "Retry" in panel


def test_the_state_is_told_as_json(staff, job):
    told = staff.get(address("state", job)).json()
    assert (told["id"], told["state"], told["finished"], told["share"]) == (job.pk, "queued", False, 0)


def test_strangers_see_nothing_and_readers_change_nothing(reader, job):
    addresses = [address(name, job) for name in ("panel", "cell", "state", "cancel", "retry")]
    for one in addresses:
        assert Client().get(one).status_code in {403, 405}
        assert Client().post(one).status_code in {403, 405}
    assert [reader.get(one).status_code for one in addresses] == [200, 200, 200, 405, 405]
    assert [reader.post(one).status_code for one in addresses[3:]] == [403, 403]
    assert "Cancel" not in reader.get(addresses[0]).content.decode()
    job.refresh_from_db()
    assert job.state == "queued"


def test_cancel_and_retry_by_button(staff, job):
    page = reverse("admin:jobs_job_change", args=[job.pk])
    assert staff.post(address("cancel", job)).url == page
    job.refresh_from_db()
    assert job.state == "cancelled"
    staff.post(address("retry", job))
    job.refresh_from_db()
    assert job.state == "queued"
    refused = staff.post(address("retry", job), follow=True).content.decode()
    assert "only a failed or cancelled job can be retried" in refused


def test_buttons_need_the_csrf_token(job):
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("chief"))
    assert client.post(address("cancel", job)).status_code == 403


def test_a_job_is_listed_and_shown_in_the_admin_but_never_added(staff, job):
    assert f'id="job-cell-{job.pk}"' in staff.get(reverse("admin:jobs_job_changelist")).content.decode()
    assert staff.get(reverse("admin:jobs_job_add")).status_code == 403
    assert staff.post(reverse("admin:jobs_job_delete", args=[job.pk])).status_code == 403
    chief = User.objects.get()
    for result, shown in (
        ({"model": "auth.user", "key": chief.pk}, True),
        ({"model": "no.page", "key": 1}, False),
        ({}, False),
    ):
        Job.objects.update(state="done", result=result)
        page = staff.get(reverse("admin:jobs_job_change", args=[job.pk])).content.decode()
        assert ("See what came of it" in page) is shown
        assert (f'href="{reverse("admin:auth_user_change", args=[chief.pk])}">See' in page) is shown
