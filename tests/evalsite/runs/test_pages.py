"""Metric runs and checkpoints in the browser: who may see and do what, and what is shown."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from evalsite.jobs.models import Job
from evalsite.runs import services
from evalsite.runs.models import MetricRun, MetricValue
from evalsite.runs.services import uploads
from evalsite.samples.models import Checkpoint, SampleSet

NOW = datetime(2026, 1, 1, tzinfo=UTC)

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
    names = ["view_job", "view_metricrun", "view_checkpoint", "view_sampleset"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def checkpoint() -> Checkpoint:
    return Checkpoint.objects.create(name="gan", sha256="0" * 64, size_bytes=1, model="gan", created_at=NOW)


@pytest.fixture
def run() -> MetricRun:
    sets = [
        SampleSet.objects.create(name=kind, kind=kind, count=8, created_at=NOW)
        for kind in ("generated", "reference")
    ]
    return services.request_evaluation(
        sample_set=sets[0], reference_set=sets[1], metrics=["fid"], settings={}, now=NOW
    )


def test_a_run_asks_for_itself_again_until_its_job_has_ended(staff, run):
    Job.objects.update(state="running", done_units=4, total_units=16, message="fid: 4 of 16 images")
    address = reverse("runs:run", args=[run.pk])
    page = staff.get(address).content.decode()
    assert f'hx-get="{address}"' in page
    assert "fid: 4 of 16 images" in page
    assert 'value="0.250"' in page
    assert "Cancel" in page
    Job.objects.update(state="failed")
    page = staff.get(address).content.decode()
    assert "hx-get" not in page
    assert "Retry" in page


def test_values_show_as_they_come_with_their_provenance(staff, run):
    MetricValue.objects.create(
        run=run, metric="fid", quantity="fid", title="Fréchet Inception Distance", value=12.3456789, std=0.5,
        better="lower", n_generated=8, n_reference=10000,
        provenance={"extractor": "inception_v3", "protocol": "tf1", "weights_digest": "6726825d"},
    )  # fmt: skip
    page = staff.get(reverse("runs:run", args=[run.pk])).content.decode()
    for words in ("Fréchet Inception Distance", "12.346", "± 0.5", "8 against 10,000", "6726825d", "hx-get"):
        assert words in page
    told = staff.get(reverse("runs:run-state", args=[run.pk])).json()
    assert told["values"][0]["value"] == 12.3456789
    assert told["job"]["state"] == "queued"


def test_strangers_see_no_run_and_readers_change_none(reader, run):
    for name in ("run", "run-state"):
        address = reverse(f"runs:{name}", args=[run.pk])
        assert Client().get(address).status_code == 403
        assert Client().post(address).status_code in {403, 405}
        assert reader.get(address).status_code == 200
    assert "Cancel" not in reader.get(reverse("runs:run", args=[run.pk])).content.decode()


def test_lists_and_pages_of_the_admin_are_drawn(staff, run, checkpoint):
    for name, row in (("runs_metricrun", run), ("samples_checkpoint", checkpoint)):
        assert staff.get(reverse(f"admin:{name}_changelist")).status_code == 200
        assert staff.get(reverse(f"admin:{name}_change", args=[row.pk])).status_code == 200
    Job.objects.update(state="done", result={"model": "runs.metricrun", "key": run.pk})
    page = staff.get(reverse("admin:jobs_job_change", args=[run.job_id])).content.decode()
    assert reverse("admin:runs_metricrun_change", args=[run.pk]) in page


def test_sample_button(staff, reader, checkpoint):
    address = reverse("admin:samples_checkpoint_sample", args=[checkpoint.pk])
    assert "Number of images" in staff.get(address).content.decode()
    refused = staff.post(address, {"count": "0", "seed": "0"})
    assert refused.status_code == 400
    assert "greater than or equal to 1" in refused.content.decode()
    assert reader.get(address).status_code == 403
    assert not Job.objects.exists()
    done = staff.post(address, {"count": "20", "seed": "1", "name": "twenty"})
    job = Job.objects.get()
    assert done.url == reverse("admin:jobs_job_change", args=[job.pk])
    assert job.arguments == {"checkpoint": checkpoint.pk, "count": 20, "seed": 1, "name": "twenty"}
    again = staff.post(address, {"count": "20", "seed": "1", "name": "twenty"})
    assert "already making the sample set" in again.content.decode()


def test_measure_form(staff, reader, run):
    address = reverse("admin:runs_metricrun_add")
    page = staff.get(address, {"sample_set": run.sample_set_id}).content.decode()
    for words in ("Kernel Inception Distance", "EfficientNet-Lite0", f'value="{run.sample_set_id}" selected'):
        assert words in page
    answers = {"sample_set": run.sample_set_id, "metrics": ["kid", "fid"], "extractor": "", "seed": "0"}
    refused = staff.post(address, answers)
    assert refused.status_code == 400
    assert "no reference set was chosen" in refused.content.decode()
    assert staff.post(address, {**answers, "metrics": ["fdi"]}).status_code == 400
    assert reader.get(address).status_code == 403
    assert reader.post(address, answers).status_code == 403
    assert MetricRun.objects.count() == 1
    done = staff.post(address, {**answers, "reference_set": run.reference_set_id})
    made = MetricRun.objects.latest("pk")
    assert done.url == reverse("admin:runs_metricrun_change", args=[made.pk])
    assert (made.metrics, made.settings) == (["fid", "kid"], {"extractor": "", "seed": 0})


def test_measure_button_leads_to_the_form(staff, reader, run):
    page = staff.get(page_of(run)).content.decode()
    address = reverse("admin:samples_sampleset_measure", args=[run.sample_set_id])
    assert address in page
    assert staff.get(address).url == f"{reverse('admin:runs_metricrun_add')}?sample_set={run.sample_set_id}"
    assert reader.get(address).status_code == 403
    assert address not in reader.get(page_of(run)).content.decode()


def page_of(run: MetricRun) -> str:
    return reverse("admin:samples_sampleset_change", args=[run.sample_set_id])


def test_upload_form(staff, reader, monkeypatch):
    address = reverse("admin:samples_checkpoint_add")
    done = staff.post(address, {"file": SimpleUploadedFile("wgan.safetensors", b"weights")})
    job = Job.objects.get()
    assert done.url == reverse("admin:jobs_job_change", args=[job.pk])
    assert (job.kind, job.arguments["name"]) == ("registration", "wgan")
    assert reader.get(address).status_code == 403
    monkeypatch.setattr(uploads, "MAX_UPLOAD_BYTES", 3)
    refused = staff.post(address, {"file": SimpleUploadedFile("big.safetensors", b"weights")})
    assert refused.status_code == 400
    assert "at most 3 can be uploaded" in refused.content.decode()
    assert staff.post(address, {}).status_code == 400
    assert Job.objects.count() == 1
