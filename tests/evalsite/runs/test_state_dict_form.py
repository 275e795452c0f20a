"""State dicts by upload: what is typed beside the file is read here and judged by the worker."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
import torch
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from evalsite.jobs import attempts
from evalsite.jobs.models import Job
from evalsite.runs import catalogue, services, state_dict_form
from evalsite.runs.errors import InvalidRequestError, UnknownNameError
from evalsite.samples.models import Checkpoint
from ganmodels.registry import get_model, model_names

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SETTINGS = {"latent_size": "8", "width": "4"}
TOLD = {"model": "vae", "settings": SETTINGS, "image_shape": [1, 16, 16]}

pytestmark = pytest.mark.django_db(transaction=True)  # a job renews its lease on a connection of its own


@pytest.fixture(scope="module")
def weights() -> bytes:
    """A state dict in a wrapper, as torch.save writes it."""
    network = get_model("vae").networks(
        (1, 16, 16), get_model("vae").resolve({"latent_size": 8, "width": 4}), 0
    )["generator"]
    stream = io.BytesIO()
    torch.save({"state_dict": network.state_dict()}, stream)
    return stream.getvalue()


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("chief"))
    return client


def perform(data: bytes, asked: dict[str, object]) -> Job:
    job = services.request_registration(data=data, name="theirs", now=NOW, told=asked)
    return attempts.perform(job.pk, 0)


def test_the_models_are_those_of_the_catalogue() -> None:
    assert tuple(catalogue.models()) == model_names()
    assert catalogue.models()["vae"].startswith("VAE: ")


def test_a_state_dict_becomes_a_checkpoint_that_describes_itself(weights: bytes) -> None:
    assert perform(weights, TOLD).state == Job.State.DONE
    made = Checkpoint.objects.get(name="theirs")
    assert (made.model, made.description["image_shape"]) == ("vae", [1, 16, 16])
    assert made.description["data"]["source_format"] == "torch.save archive"
    job = services.request_sampling(checkpoint=made, count=2, seed=0, name="two", now=NOW)
    assert attempts.perform(job.pk, 0).state == Job.State.DONE


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"settings": {}}, "of other shapes"),
        ({"settings": {"latent_size": "eight"}}, "latent_size=eight can't be read"),
        ({"settings": {"depth": "3"}}, "no setting 'depth'"),
        ({"image_shape": [1, 17, 17]}, "fit no network"),
        ({"model": "gan"}, "missing"),
    ],
)
def test_what_does_not_fit_is_the_jobs_error(
    weights: bytes, change: dict[str, object], sentence: str
) -> None:
    failed = perform(weights, {**TOLD, **change})
    assert failed.state == Job.State.FAILED
    assert "theirs can't be registered" in failed.error
    assert sentence in failed.error
    assert "--" not in failed.error, "a page has fields, not options"
    assert not Checkpoint.objects.exists()


def test_a_state_dict_of_nobody_is_told_what_it_lacks_in_words_of_the_form(weights: bytes) -> None:
    job = services.request_registration(data=weights, name="theirs", now=NOW)
    error = attempts.perform(job.pk, 0).error
    assert "name the model, its settings and the images' shape" in error
    assert "--" not in error


@pytest.mark.filterwarnings("ignore:.*torch.jit")
def test_programs_and_crafted_pickles_are_refused(weights: bytes) -> None:
    class Evil:
        def __reduce__(self):
            return (print, ("run",))

    crafted, program = io.BytesIO(), io.BytesIO()
    torch.save({"state_dict": Evil()}, crafted)
    torch.jit.save(torch.jit.trace(torch.nn.Linear(2, 2), torch.zeros(1, 2)), program)
    for data in (crafted.getvalue(), program.getvalue(), weights[:-50]):
        assert perform(data, TOLD).state == Job.State.FAILED
    assert not Checkpoint.objects.exists()


def test_an_unknown_model_is_refused_at_once(weights: bytes) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'vae'"):
        services.request_registration(data=weights, name="a", now=NOW, told={**TOLD, "model": "vea"})


def test_the_form_asks_for_what_belongs_together(staff: Client, weights: bytes) -> None:
    address = reverse("admin:samples_checkpoint_add")

    def post(**fields: str):
        return staff.post(address, {"file": SimpleUploadedFile("vae.pth", weights), **fields})

    assert '<option value="wgan_gp"' in staff.get(address).content.decode()
    for fields, sentence in (
        ({"model": "vae"}, "does not say its images"),
        ({"settings": "width=4"}, "choose its model"),
        ({"image_shape": "1x16x16"}, "choose its model"),
        ({"model": "vae", "image_shape": "16x16"}, "write them as 3x32x32"),
        ({"model": "vae", "image_shape": "1x16x16", "settings": "width"}, "name=value"),
        ({"model": "vea", "image_shape": "1x16x16"}, "not one of the available choices"),
    ):
        refused = post(**fields)
        assert refused.status_code == 400
        assert sentence in refused.content.decode(), fields
    assert not Job.objects.exists()
    taken = post(model="vae", image_shape="1x16x16", settings="latent_size=8\nwidth = 4\n")
    job = Job.objects.get()
    assert taken.url == reverse("admin:jobs_job_change", args=[job.pk])
    assert (job.arguments["name"], job.arguments["told"]) == ("vae", TOLD)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        (" \n", {}),
        ("a=1\n\n b = x y \r\nc==", {"a": "1", "b": "x y", "c": "="}),
        ('{"a": 1, "b": 0.5, "c": "x", "d": true}', {"a": "1", "b": "0.5", "c": "x", "d": "true"}),
    ],
)
def test_settings_are_read(text: str, found: dict[str, str]) -> None:
    assert state_dict_form.read_settings(text) == found


@pytest.mark.parametrize(
    "text", ["a", "=1", "a=", "{", '{"a": [1]}', '{"a": null}', "\n".join(f"n{i}=1" for i in range(61))]
)
def test_what_is_no_settings_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError):
        state_dict_form.read_settings(text)


def test_shapes_are_read() -> None:
    assert state_dict_form.read_shape("3x32x32") == state_dict_form.read_shape(" 3, 32 × 32") == [3, 32, 32]
    assert state_dict_form.read_shape(" ") == []
    for text in ("0x1x1", "3x32", "3x32x32x1", "axbxc", "-1x2x2", "1" * 40):
        with pytest.raises(InvalidRequestError):
            state_dict_form.read_shape(text)
