"""Looking inside a checkpoint: asked for on its page, done by a worker, shown as it comes."""

from __future__ import annotations

import html
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from PIL import Image

from evalsite.jobs import attempts
from evalsite.jobs.models import Job
from evalsite.launch.roles import create_roles
from evalsite.runs import pruning, services
from evalsite.runs.errors import InvalidRequestError
from evalsite.runs.models import GeneratorView
from evalsite.runs.services import uploads
from evalsite.samples.models import Checkpoint, SampleSet
from evalsite.samples.storage import store

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ASKED = {"seed": 3, "steps": 4, "dimensions": 2, "sought": 2}
UNSOUGHT = {"sample_set": None, "state": ""}

pytestmark = pytest.mark.django_db(transaction=True)  # a job renews its lease on a connection of its own


@pytest.fixture
def checkpoint(checkpoint_file: Path) -> Checkpoint:
    from evalsite.runs.doors.ganmodels import register_checkpoint

    return register_checkpoint(path=checkpoint_file, name="tiny", now=NOW)


@pytest.fixture
def looked(checkpoint: Checkpoint) -> Checkpoint:
    """A checkpoint that a worker has looked into."""
    job = services.request_inspection(checkpoint=checkpoint, now=NOW, **ASKED)
    done = attempts.perform(job.pk, 0)
    assert (done.state, done.error) == (Job.State.DONE, "")
    assert done.result == {"model": "samples.checkpoint", "key": checkpoint.pk}
    return checkpoint


@pytest.fixture
def sample_set(checkpoint: Checkpoint) -> SampleSet:
    """Three images that the generator makes from another seed."""
    job = services.request_sampling(checkpoint=checkpoint, count=3, seed=8, name="photos", now=NOW)
    assert attempts.perform(job.pk, 0).state == Job.State.DONE
    return SampleSet.objects.get(name="photos")


def client_of(role: str) -> Client:
    create_roles()
    user = User.objects.create_user(role, is_staff=True)
    user.groups.set(Group.objects.filter(name=role))
    client = Client()
    client.force_login(user)
    return client


def page_of(client: Client, checkpoint: Checkpoint) -> str:
    response = client.get(reverse("admin:samples_checkpoint_change", args=[checkpoint.pk]))
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_says_what_the_file_is_and_what_to_do_next(checkpoint: Checkpoint) -> None:
    page = page_of(client_of("Researchers"), checkpoint)
    for words in (
        "GAN",
        "32 × 32 px, grey",
        "4 dimensions",
        "latent_size=4",
        "Nobody has looked yet",
        "Look inside",
    ):
        assert words in page, words
    assert "Ask a researcher" in page_of(client_of("Analysts"), checkpoint)


def test_a_page_of_a_file_that_says_nothing_of_itself_stands(db) -> None:
    bare = Checkpoint.objects.create(name="bare", sha256="0" * 64, size_bytes=1, model="gan", created_at=NOW)
    assert "Nobody has looked yet" in page_of(client_of("Researchers"), bare)


def test_views_are_kept_by_digest_and_shown(looked: Checkpoint) -> None:
    views = {view.name: view for view in looked.views.all()}
    assert {"samples", "interpolation-z-spherical", "traversal-z", "filters"} <= views.keys()
    assert len(views["traversal-z"].rows) == 2
    assert len(views["traversal-z"].data["strips"][0]["places"]) == 4
    assert "neither codes nor classes" in views["codes"].about
    analyst = client_of("Analysts")
    page = page_of(analyst, looked)
    assert "hx-get" not in page.split("inside-heading")[1]
    for view in views.values():
        assert view.title in page
        for position, row in enumerate(view.rows):
            address = reverse("runs:checkpoint-picture", args=[looked.pk, view.name, position])
            assert address in page
            picture = Image.open(io.BytesIO(analyst.get(address).content))
            assert picture.size == (row["width_px"], row["height_px"])


def test_pictures_of_nothing_are_not_found(looked: Checkpoint) -> None:
    analyst = client_of("Analysts")
    for view, position in (("traversal-z", 2), ("codes", 0), ("none", 0)):
        address = reverse("runs:checkpoint-picture", args=[looked.pk, view, position])
        assert analyst.get(address).status_code == 404
    GeneratorView.objects.filter(name="samples").update(rows=[{"sha256": "0" * 64}])
    lost = reverse("runs:checkpoint-picture", args=[looked.pk, "samples", 0])
    assert analyst.get(lost).status_code == 404


def test_researchers_ask_and_analysts_do_not(checkpoint: Checkpoint) -> None:
    address = reverse("admin:samples_checkpoint_inspect", args=[checkpoint.pk])
    assert client_of("Analysts").post(address, ASKED).status_code == 403
    assert not Job.objects.exists()
    researcher = client_of("Researchers")
    response = researcher.post(address, ASKED)
    assert response.headers["Location"] == reverse("admin:samples_checkpoint_change", args=[checkpoint.pk])
    assert Job.objects.get().arguments == {"checkpoint": checkpoint.pk, **UNSOUGHT, **ASKED}
    again = researcher.post(address, ASKED)
    assert again.status_code == 400
    assert "is looking inside" in again.content.decode()
    for wrong in ({"steps": 1}, {"steps": 99}, {"dimensions": 0}, {"seed": -1}, {"seed": "x"}, {"sought": 0}):
        assert researcher.post(address, {**ASKED, **wrong}).status_code == 400


def test_progress_is_live_and_ends(checkpoint: Checkpoint) -> None:
    services.request_inspection(checkpoint=checkpoint, now=NOW, **ASKED)
    Job.objects.update(state="running", done_units=2, total_units=8, message="filters")
    address = reverse("runs:checkpoint", args=[checkpoint.pk])
    client = client_of("Researchers")
    assert f'hx-get="{address}"' in page_of(client, checkpoint)
    panel = client.get(address).content.decode()
    assert "filters" in panel
    assert 'value="0.250"' in panel
    Job.objects.update(state="failed", error="tiny can't be opened: <b>")
    panel = client.get(address).content.decode()
    assert "hx-get" not in panel
    assert "tiny can&#x27;t be opened: &lt;b&gt;" in panel


def test_a_look_cut_short_keeps_its_views_and_goes_on(checkpoint: Checkpoint) -> None:
    job = services.request_inspection(checkpoint=checkpoint, now=NOW, **ASKED)

    def vanish(done: int, total: int, words: str) -> None:
        if words == "filters":
            raise SystemExit

    with pytest.raises(SystemExit):
        attempts.carry_out(attempts.take(job.pk, 0, observe=vanish))
    first = GeneratorView.objects.get(name="samples")
    Job.objects.update(state="queued", lease_owner="", lease_until=None)
    assert attempts.perform(job.pk, 1).state == Job.State.DONE
    assert GeneratorView.objects.get(name="samples").created_at == first.created_at
    assert GeneratorView.objects.filter(name="filters").exists()


def test_a_second_look_replaces_the_first(looked: Checkpoint) -> None:
    GeneratorView.objects.create(
        checkpoint=looked, name="older", position=99, title="Older", about="", created_at=NOW
    )
    digests = [row["sha256"] for row in looked.views.get(name="samples").rows]
    job = services.request_inspection(checkpoint=looked, now=NOW, **{**ASKED, "seed": 4})
    assert attempts.perform(job.pk, 0).state == Job.State.DONE
    assert not looked.views.filter(name="older").exists()
    assert [row["sha256"] for row in looked.views.get(name="samples").rows] != digests


def test_a_file_that_is_gone_fails_the_job_with_a_sentence(db) -> None:
    gone = Checkpoint.objects.create(name="gone", sha256="1" * 64, size_bytes=1, model="gan", created_at=NOW)
    job = services.request_inspection(checkpoint=gone, now=NOW, **ASKED)
    failed = attempts.perform(job.pk, 0)
    assert failed.state == Job.State.FAILED
    assert "no file of digest" in failed.error


def test_images_of_a_set_are_looked_for(checkpoint: Checkpoint, sample_set: SampleSet) -> None:
    address = reverse("admin:samples_checkpoint_inspect", args=[checkpoint.pk])
    researcher = client_of("Researchers")
    assert researcher.post(address, {**ASKED, "sample_set": sample_set.pk}).status_code == 302
    job = attempts.perform(Job.objects.get(kind="inspection").pk, 0)
    assert (job.state, job.error) == (Job.State.DONE, "")
    view = checkpoint.views.get(name="inversion-z")
    assert len(view.rows) == len(view.data["searches"]) == 2
    for search in view.data["searches"]:
        assert search["error"] == min(search["errors"]) <= search["errors"][0]
    assert "Nearest images in z" in page_of(researcher, checkpoint)


@pytest.fixture
def trained(tmp_path: Path) -> tuple[Checkpoint, Path]:
    """The checkpoint of a training of two steps, and the training's state."""
    from evalsite.runs.doors.ganmodels import register_checkpoint
    from ganmodels.__main__ import main

    images = tmp_path / "images.npz"
    np.savez(images, np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3), dtype=np.uint8))
    words = [
        "--steps",
        "2",
        "--seed",
        "0",
        "--set",
        "latent_size=4",
        "--set",
        "width=8",
        "--set",
        "batch_size=4",
    ]
    assert main(["train", "gan", "--data", str(images), "--out", str(tmp_path / "run"), *words]) == 0
    folder = tmp_path / "run"
    kept = register_checkpoint(path=folder / "checkpoint.safetensors", name="trained", now=NOW)
    return kept, folder / "state.safetensors"


def test_the_trainings_discriminator_scores_a_set(trained: tuple[Checkpoint, Path], sample_set) -> None:
    checkpoint, state = trained
    address = reverse("admin:samples_checkpoint_inspect", args=[checkpoint.pk])
    researcher = client_of("Researchers")
    with state.open("rb") as file:
        alone = researcher.post(address, {**ASKED, "state": file})
    assert "choose the set of images" in alone.content.decode()
    with state.open("rb") as file:
        assert (
            researcher.post(address, {**ASKED, "sample_set": sample_set.pk, "state": file}).status_code == 302
        )
    done = attempts.perform(Job.objects.get(kind="inspection").pk, 0)
    assert (done.state, done.error) == (Job.State.DONE, "")
    view = checkpoint.views.get(name="scores")
    assert len(view.data["real"]) == len(view.data["generated"]) == 3
    page = page_of(researcher, checkpoint)
    assert "Scores by the discriminator" in page
    assert "as it was at step 2." in page


def test_what_is_no_state_of_this_training_is_said_on_the_page(
    checkpoint: Checkpoint, sample_set: SampleSet, checkpoint_file: Path
) -> None:
    for state in (checkpoint_file.read_bytes(), b"nonsense"):
        job = services.request_inspection(
            checkpoint=checkpoint, now=NOW, sample_set=sample_set, state=state, **ASKED
        )
        assert attempts.perform(job.pk, 0).state == Job.State.DONE
        said = checkpoint.views.get(name="scores")
        assert not said.rows
        assert "the training's state" in said.about
        assert said.about in html.unescape(page_of(client_of("Researchers"), checkpoint))
        User.objects.all().delete()


def test_a_state_that_is_too_large_is_refused(checkpoint: Checkpoint, sample_set, monkeypatch) -> None:
    monkeypatch.setattr(uploads, "MAX_UPLOAD_BYTES", 3)
    with pytest.raises(InvalidRequestError, match="at most 3 can be uploaded"):
        services.request_inspection(
            checkpoint=checkpoint, now=NOW, sample_set=sample_set, state=b"large", **ASKED
        )


def test_a_set_that_was_deleted_since_is_not_looked_for(
    checkpoint: Checkpoint, sample_set: SampleSet
) -> None:
    job = services.request_inspection(checkpoint=checkpoint, now=NOW, sample_set=sample_set, **ASKED)
    sample_set.delete()
    assert attempts.perform(job.pk, 0).state == Job.State.DONE
    assert not checkpoint.views.filter(name="inversion-z").exists()


def test_a_set_whose_images_are_elsewhere_is_refused(checkpoint: Checkpoint) -> None:
    empty = SampleSet.objects.create(name="theirs", kind="reference", created_at=NOW)
    with pytest.raises(InvalidRequestError, match="not held here"):
        services.request_inspection(checkpoint=checkpoint, now=NOW, sample_set=empty, **ASKED)


@pytest.mark.parametrize("wrong", [{"seed": -1}, {"steps": 1}, {"dimensions": 65}, {"sought": 17}])
def test_requests_out_of_range_are_refused(checkpoint: Checkpoint, wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidRequestError):
        services.request_inspection(checkpoint=checkpoint, now=NOW, **{**ASKED, **wrong})
    assert not Job.objects.exists()


def test_pictures_of_views_are_not_pruned(looked: Checkpoint) -> None:
    later = datetime.now(UTC) + timedelta(days=1)
    pruning.prune(before=later)
    for view in looked.views.all():
        assert all(store().path(row["sha256"]).exists() for row in view.rows)
