"""Sampling and measuring for real: a tiny checkpoint, a small network, real files."""

from __future__ import annotations

import io
import json
import shutil
import signal
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from PIL import Image

from evalsite.jobs import attempts
from evalsite.jobs.models import Job
from evalsite.jobs.reaping import reap
from evalsite.jobs.services import retry_job
from evalsite.runs import services
from evalsite.runs.models import MetricRun, MetricValue
from evalsite.samples.models import Checkpoint, SampleSet
from evalsite.samples.selectors import image_paths
from metrics.planning import extractors
from tests.support.damage import alter

NOW = datetime(2026, 1, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


def sample(checkpoint: str | Path, **options) -> SampleSet:
    call_command("sample", str(checkpoint), stdout=io.StringIO(), **options)
    return SampleSet.objects.latest("pk")


@pytest.fixture
def registered(checkpoint_file: Path) -> Checkpoint:
    from evalsite.runs.doors.ganmodels import register_checkpoint

    return register_checkpoint(path=checkpoint_file, name="tiny", now=NOW)


@pytest.fixture
def sets(registered: Checkpoint) -> tuple[SampleSet, SampleSet]:
    """A generated set of 12 images and one of 14 to compare it with."""
    return sample("tiny", count=12, seed=0, name="fakes"), sample("tiny", count=14, seed=9, name="reals")


def test_a_file_is_registered_and_sampled_into_rgb_images(checkpoint_file):
    made = sample(checkpoint_file, count=5, seed=3, name="five")
    assert (made.name, made.count, made.seed, made.checkpoint.name) == ("five", 5, 3, "tiny")
    assert made.settings["model"] == "gan"
    with Image.open(image_paths(made)[0]) as image:
        assert (image.mode, image.size) == ("RGB", (32, 32))


def test_same_seed_same_images_whatever_the_name(registered):
    one, again, other = (
        sample("tiny", count=70, seed=seed, name=name)
        for seed, name in ((1, "one"), (1, "again"), (2, "other"))
    )
    assert one.manifest_digest == again.manifest_digest != other.manifest_digest
    assert len(set(image_paths(one))) == 70


def test_a_set_that_is_there_is_not_sampled_again(registered):
    first = sample("tiny", count=3, seed=0)
    assert sample("tiny", count=3, seed=0) == first
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "options", "words"),
    [
        ("tyni", {}, "did you mean 'tiny'"),
        ("tiny", {"count": 0}, "The count was 0"),
        ("tiny", {"count": 4, "name": "taken"}, "'taken' exists already"),
        (__file__, {}, "test_doors can't be registered"),
    ],
)
def test_sampling_refused_by_command(registered, given, options, words):
    sample("tiny", count=1, name="taken")
    with pytest.raises(CommandError, match=words):
        sample(given, **options)
    assert SampleSet.objects.count() == 1


def begun(checkpoint: Checkpoint) -> Job:
    """A job for three images, taken up by a process that may be gone."""
    job = services.request_sampling(
        checkpoint=checkpoint, count=3, seed=0, name="three", now=NOW, background=False
    )
    assert attempts.take(job.pk, job.attempt) is not None
    return job


def test_the_same_command_goes_on_with_what_a_killed_one_began(registered):
    job = begun(registered)
    Job.objects.update(lease_until=NOW)
    made = sample("tiny", count=3, seed=0, name="three")
    job.refresh_from_db()
    assert (job.state, job.attempt, Job.objects.count()) == (Job.State.DONE, 2, 1)
    assert made.manifest_digest == sample("tiny", count=3, seed=0, name="again").manifest_digest


def test_the_same_command_waits_for_one_that_is_at_work(registered):
    job = begun(registered)

    def fail_soon() -> None:
        Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, error="No room.")
        connection.close()

    other = threading.Timer(0.7, fail_soon)
    other.start()
    with pytest.raises(CommandError, match="No room"):
        sample("tiny", count=3, seed=0, name="three")
    other.join()


def test_another_command_does_not_get_the_name_of_one_that_is_at_work(registered):
    begun(registered)
    with pytest.raises(CommandError, match="A job is already making the sample set 'three'"):
        sample("tiny", count=4, seed=0, name="three")


@pytest.mark.slow
def test_killed_sampling_goes_on_and_makes_the_same_set(registered, start_worker, wait_for):
    job = services.request_sampling(checkpoint=registered, count=600, seed=5, name="long", now=NOW)
    worker = start_worker(lease_s=5)  # longer than loading torch may hold up the renewal
    wait_for(job, lambda job: len(job.progress.get("images", [])) >= 128)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    job.refresh_from_db()
    kept = len(job.progress["images"])
    assert (job.state, job.attempt) == (Job.State.RUNNING, 1)
    assert 128 <= kept < 600
    assert not SampleSet.objects.exists(), "nothing half-made is seen"

    start_worker(lease_s=5)
    wait_for(job, lambda job: job.finished, timeout_s=60)
    assert (job.state, job.attempt, job.error, job.progress) == (Job.State.DONE, 2, "", {})
    resumed = SampleSet.objects.get(name="long")
    assert job.result == {"model": "samples.sampleset", "key": resumed.pk}
    assert sample("tiny", count=600, seed=5, name="in one go").manifest_digest == resumed.manifest_digest


def test_an_upload_that_is_no_checkpoint_fails_with_a_sentence(db):
    job = services.request_registration(data=b"\x80\x04 a pickle", name="evil", now=NOW)
    failed = attempts.perform(job.pk, 0)
    assert failed.state == Job.State.FAILED
    assert "evil can't be registered" in failed.error
    assert "pickle" in failed.error
    assert not Checkpoint.objects.exists()


def test_an_upload_is_registered_by_the_worker(checkpoint_file):
    job = services.request_registration(data=checkpoint_file.read_bytes(), name="mine", now=NOW)
    assert attempts.perform(job.pk, 0).state == Job.State.DONE
    assert Checkpoint.objects.get(name="mine").model == "gan"


def evaluate(**options) -> str:
    out = io.StringIO()
    chosen = {"reference": "reals", "metrics": "fid,kid", "extractor": "efficientnet_lite0", **options}
    call_command("evaluate", "fakes", stdout=out, **chosen)
    return out.getvalue()


def test_evaluate_prints_and_keeps_honestly_named_values(sets):
    lines = [json.loads(line) for line in evaluate(metrics="fid,inception_score", json=True).splitlines()]
    found = {line["quantity"]: line for line in lines}
    assert set(found) == {"frechet_distance_efficientnet_lite0", "class_score_efficientnet_lite0"}
    distance = found["frechet_distance_efficientnet_lite0"]
    assert (distance["n_generated"], distance["n_reference"], distance["better"]) == (12, 14, "lower")
    assert distance["provenance"]["generated_digest"] == sets[0].manifest_digest
    assert distance["provenance"]["extractor"] == "efficientnet_lite0"
    assert distance["provenance"]["warnings"]
    kept = MetricValue.objects.get(quantity="frechet_distance_efficientnet_lite0")
    assert (kept.value, kept.metric, kept.run.sample_set) == (distance["value"], "fid", sets[0])
    table = evaluate()
    assert "Fréchet distance (EfficientNet-Lite0)" in table
    assert MetricRun.objects.count() == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"reference": "raels"}, "No sample set named 'raels'; did you mean 'reals'"),
        ({"metrics": "fid,kidd"}, "did you mean 'kid'"),
        ({"metrics": " , "}, "No metric was chosen"),
        ({"reference": None}, "no reference set was chosen"),
    ],
)
def test_evaluate_refuses_in_a_sentence(sets, options, words):
    with pytest.raises(CommandError, match=words):
        evaluate(**options)
    assert not MetricRun.objects.exists()


def request_run(sets, metrics: list[str]) -> MetricRun:
    return services.request_evaluation(
        sample_set=sets[0],
        reference_set=sets[1],
        metrics=metrics,
        settings={"extractor": "efficientnet_lite0"},
        now=NOW,
    )


def test_a_run_cut_short_keeps_its_values_and_computes_only_the_rest(sets, caplog):
    run = request_run(sets, ["fid", "kid"])

    def vanish_after_fid(done: int, total: int, words: str) -> None:
        if "1 of 2 metrics computed" in words:
            raise SystemExit

    with pytest.raises(SystemExit):
        attempts.carry_out(attempts.take(run.job.pk, 0, observe=vanish_after_fid))
    first = run.values.get()
    assert first.metric == "fid"

    Job.objects.update(lease_until=NOW)
    reap(now=datetime.now(UTC))
    job = attempts.perform(run.job.pk, 1)
    assert (job.state, job.attempt) == (Job.State.DONE, 2)
    assert sorted(run.values.values_list("quantity", flat=True)) == [
        "frechet_distance_efficientnet_lite0",
        "kernel_distance_efficientnet_lite0",
        "kernel_distance_full_efficientnet_lite0",
    ]
    assert run.values.get(metric="fid").pk == first.pk


def test_each_network_is_opened_once_for_all_metrics_of_a_run(sets, monkeypatch):
    opened: list[str] = []
    monkeypatch.setattr(extractors, "open_extractor", _noting(extractors.open_extractor, opened))
    run = services.request_evaluation(
        sample_set=sets[0],
        reference_set=sets[1],
        metrics=["fid", "kid", "inception_score", "vendi_score", "ssim"],
        settings={"extractor": "efficientnet_lite0"},
        now=NOW,
    )
    assert attempts.perform(run.job.pk, 0).state == Job.State.DONE
    assert opened == ["efficientnet_lite0"]
    assert set(run.values.values_list("metric", flat=True)) == set(run.metrics)


def _noting(open_extractor, opened: list[str]):
    def noted(name, *args, **kwargs):
        opened.append(name)
        return open_extractor(name, *args, **kwargs)

    return noted


def test_one_metric_that_fails_takes_nothing_from_the_others(sets):
    alone = sample("tiny", count=1, seed=0, name="alone")
    run = request_run((alone, sets[1]), ["kid", "inception_score"])
    (path,) = image_paths(alone)
    job = attempts.perform(run.job.pk, 0)
    assert job.state == Job.State.FAILED
    assert job.error.startswith("kid: ")
    assert "inception_score: " in job.error
    assert path.exists()


@pytest.fixture
def own_store(settings: Any, tmp_path: Path) -> None:
    """Other tests must not meet the files that these spoil."""
    settings.EVALSITE_DATA = tmp_path


def test_a_lost_image_is_named(own_store, sets):
    run = request_run(sets, ["fid"])
    image = image_paths(sets[0])[3]
    hidden = shutil.move(image, image.with_suffix(".hidden"))
    try:
        job = attempts.perform(run.job.pk, 0)
    finally:
        shutil.move(hidden, image)
    assert job.state == Job.State.FAILED
    assert image.name in job.error
    retry_job(job=job)
    assert attempts.perform(job.pk, 1).state == Job.State.DONE


def test_an_altered_image_fails_the_run_by_name_even_where_its_features_are_cached(own_store, sets):
    assert attempts.perform(request_run(sets, ["fid"]).job.pk, 0).state == Job.State.DONE
    image = image_paths(sets[1])[2]
    kept = image.read_bytes()
    alter(image)
    run = request_run(sets, ["fid", "kid"])
    try:
        job = attempts.perform(run.job.pk, 0)
    finally:
        image.write_bytes(kept)
    assert job.state == Job.State.FAILED
    assert "Position 2 of sample set 'reals': the stored file is damaged" in job.error
    assert image.name in job.error
    assert not run.values.exists()
