"""What can be asked for, and what is refused with which sentence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from evalsite.jobs import queue
from evalsite.jobs.models import Job
from evalsite.jobs.services import cancel_job
from evalsite.runs import services
from evalsite.runs.errors import InvalidRequestError, UnknownNameError
from evalsite.runs.models import MetricRun
from evalsite.samples.models import Checkpoint, SampleSet

NOW = datetime(2026, 1, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def checkpoint() -> Checkpoint:
    return Checkpoint.objects.create(name="gan", sha256="0" * 64, size_bytes=1, model="gan", created_at=NOW)


@pytest.fixture
def generated() -> SampleSet:
    return SampleSet.objects.create(name="fakes", kind="generated", count=8, created_at=NOW)


@pytest.fixture
def reference() -> SampleSet:
    return SampleSet.objects.create(name="reals", kind="reference", count=9, created_at=NOW)


def ask(**changes) -> Job:
    return services.request_sampling(**{"count": 10, "seed": 0, "name": "", "now": NOW, **changes})


def test_sampling_is_queued_after_the_commit(checkpoint, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        job = ask(checkpoint=checkpoint)
        assert queue.waiting() == set()
    assert len(callbacks) == 1
    assert queue.waiting() == {job.pk}
    assert job.arguments["name"] == "gan, 10 images, seed 0"
    assert (job.state, job.attempt, job.title) == ("queued", 0, "Sample 10 images from gan, seed 0")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"count": 0}, "from 1 to 100,000"),
        ({"count": services.MAX_SAMPLES + 1}, "from 1 to 100,000"),
        ({"seed": -1}, "seed was -1"),
        ({"seed": 2**63}, "give a whole number"),
        ({"name": "fakes"}, "'fakes' exists already"),
    ],
)
def test_sampling_that_can_not_be_is_refused(checkpoint, generated, changes, words):
    with pytest.raises(InvalidRequestError, match=words):
        ask(checkpoint=checkpoint, **changes)
    assert not Job.objects.exists()


def test_two_jobs_do_not_make_one_set(checkpoint):
    first = ask(checkpoint=checkpoint, name="new")
    with pytest.raises(InvalidRequestError, match="already making"):
        ask(checkpoint=checkpoint, name="new")
    cancel_job(job=first, now=NOW)
    ask(checkpoint=checkpoint, name="new")


def evaluate(sample_set, reference_set, metrics, **settings) -> MetricRun:
    return services.request_evaluation(
        sample_set=sample_set, reference_set=reference_set, metrics=metrics, settings=settings, now=NOW
    )


def test_a_metric_run_has_its_job(generated, reference):
    run = evaluate(generated, reference, ["kid", "fid", "kid"], extractor="efficientnet_lite0", seed=3)
    assert run.metrics == ["kid", "fid"]
    assert run.job.arguments == {"run": run.pk}
    assert run.job.title == "Measure kid, fid of fakes against reals with efficientnet_lite0"
    assert run.image_count == 17


def test_a_metric_that_looks_at_no_reference_needs_none(generated):
    assert evaluate(generated, None, ["inception_score"]).reference_set is None


@pytest.mark.parametrize(
    ("metrics", "settings", "error", "words"),
    [
        ([], {}, InvalidRequestError, "No metric was chosen"),
        (["fdi"], {}, UnknownNameError, "did you mean 'fid'"),
        (["fid"], {"extractor": "inception"}, UnknownNameError, "did you mean 'inception_v3'"),
        (["fid"], {"protocol": "claen"}, UnknownNameError, "did you mean 'clean'"),
        (["fid"], {"extractor": "efficientnet_lite0", "protocol": "clean"}, UnknownNameError, "protocol"),
    ],
)
def test_measuring_that_can_not_be_is_refused(generated, reference, metrics, settings, error, words):
    with pytest.raises(error, match=words):
        evaluate(generated, reference, metrics, **settings)
    assert not MetricRun.objects.exists()
    assert not Job.objects.exists()


def test_a_reference_is_asked_for(generated):
    with pytest.raises(InvalidRequestError, match="needed for fid, but no reference"):
        evaluate(generated, None, ["inception_score", "fid"])


def test_sets_without_images_can_not_be_measured(generated, reference):
    empty = SampleSet.objects.create(name="published", kind="generated", count=0, created_at=NOW)
    with pytest.raises(InvalidRequestError, match="'published' are not held here"):
        evaluate(empty, reference, ["fid"])


def test_an_upload_is_kept_and_queued(checkpoint):
    job = services.request_registration(data=b"anything", name="upload", now=NOW)
    assert (job.kind, job.arguments["name"]) == ("registration", "upload")
    with pytest.raises(InvalidRequestError, match="'gan' exists already"):
        services.request_registration(data=b"anything else", name="gan", now=NOW)


@pytest.mark.parametrize(
    ("metric", "lacks"),
    [
        (
            "classwise_fid",
            "classwise_fid needs class labels, which a run on the site can't give. Leave it out here",
        ),
        ("ct_score", "ct_score needs held-out images,"),
        ("reconstruction_error", "reconstruction_error needs"),
    ],
)
def test_a_metric_that_cannot_run_here_says_what_it_lacks(generated, reference, metric, lacks):
    with pytest.raises(InvalidRequestError, match=lacks):
        services.request_evaluation(
            sample_set=generated, reference_set=reference, metrics=[metric], settings={}, now=NOW
        )
    assert not MetricRun.objects.exists()
