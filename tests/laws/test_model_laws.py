"""What holds for every model of the catalogue. A new file is tested the moment it exists."""

import copy
import math
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch

from ganmodels.checkpoints import Description, inspect, load, save
from ganmodels.checkpoints.save import package_versions
from ganmodels.protocol import Generator
from ganmodels.registry import GENERATOR, LATENT_SIZE, Model, get_model, model_names
from ganmodels.settings import Value
from ganmodels.training.data import ImageData
from ganmodels.training.loop import CHECKPOINT, LOG, train
from ganmodels.training.plan import Plan
from ganmodels.training.state import TrainingState
from metrics.evidence.networks import GeneratorLike

SHAPE = (1, 32, 32)
NARROW = dict.fromkeys(("width", "critic_width", "discriminator_width"), 8) | {
    "channel_max": 16,
    "channel_base": 512,
}
"""Settings, where a model has them, that make its networks cheap; only their number of weights changes."""


@pytest.fixture(scope="module")
def data() -> ImageData:
    images = torch.randint(
        0, 256, (16, *SHAPE), generator=torch.Generator().manual_seed(0), dtype=torch.uint8
    )
    return ImageData(images, "noise", "sha256:noise", torch.arange(16) % 10)


@pytest.fixture(params=model_names())
def model(request: pytest.FixtureRequest) -> Model:
    return get_model(request.param)


@pytest.fixture(params=[name for name in model_names() if get_model(name).recipe.players])
def trained(request: pytest.FixtureRequest) -> Model:
    """A model that is here to be trained, and not only to be loaded."""
    return get_model(request.param)


def _narrow(model: Model) -> dict[str, Value]:
    return model.resolve({name: value for name, value in NARROW.items() if name in model.settings})


def _images(model: Model, network: torch.nn.Module, latents: torch.Tensor) -> torch.Tensor:
    """What a network draws, class after class where it knows any."""
    class_count = model.class_count(model.resolve({}))
    labels = () if class_count is None else (torch.arange(len(latents)) % class_count,)
    images: torch.Tensor = network(latents, *labels)
    return images


def _plan(model: Model, steps: int = 2, **settings: str) -> Plan:
    narrow = {name: str(value) for name, value in NARROW.items() if name in model.settings}
    return Plan.make(model, {"batch_size": "8", **narrow, **settings}, steps, log_every=1, save_every=1000)


def _generator(model: Model, folder: Path) -> Generator:
    settings = _narrow(model)
    network = model.networks(SHAPE, settings, seed=0)[GENERATOR]
    description = Description(
        model.name, settings, SHAPE, model.recipe.as_json(), {"name": "none"}, 0, 0, "", package_versions()
    )
    save(folder / "fresh.safetensors", network, description)
    return load(folder / "fresh.safetensors")


def test_its_name_is_its_files_stem_and_it_says_what_it_is(model: Model) -> None:
    assert model.build.__module__ == f"ganmodels.catalogue.{model.name}"
    assert "arXiv:" in model.documentation
    assert model.recipe.paper in model.documentation
    assert model.summary.endswith(".")


def test_departures_from_the_paper_are_about_something_that_can_be_set(model: Model) -> None:
    known = {*model.settings, *model.recipe.overrides(), *model.recipe.as_json(), "optimizer"}
    assert model.recipe.departures.keys() <= known


@pytest.mark.parametrize("shape", [(1, 28, 28), (1, 32, 32), (3, 64, 64)])
def test_it_builds_small_images_on_the_cpu_in_under_a_second(
    model: Model, shape: tuple[int, int, int]
) -> None:
    started = time.process_time()
    networks = model.networks(shape, model.resolve({}), seed=0)
    elapsed_s = time.process_time() - started
    images = _images(model, networks[GENERATOR].eval(), torch.zeros(2, int(model.resolve({})[LATENT_SIZE])))
    low, high = model.recipe.image_range
    assert images.shape == (2, *shape)
    assert low <= images.min()
    assert images.max() <= high
    assert shape != SHAPE or elapsed_s < 1


def test_the_seed_alone_makes_the_first_weights(model: Model) -> None:
    settings = model.resolve({})
    torch.manual_seed(1)
    before = torch.get_rng_state()
    one, same, other = (model.networks(SHAPE, settings, seed).state_dict() for seed in (3, 3, 4))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not all(torch.equal(one[name], other[name]) for name in one)


def test_one_step_changes_every_network(trained: Model, data: ImageData, tmp_path: Path) -> None:
    plan = _plan(trained, steps=1)
    before = TrainingState(plan, data.shape, torch.device("cpu"))
    after = copy.deepcopy(before)
    train(plan, data, tmp_path)
    after.restore(tmp_path / "state.safetensors", plan.identity(data))
    for name, network in before.networks.items():
        moved = dict(after.networks[name].named_parameters())
        assert any(not torch.equal(value, moved[key]) for key, value in network.named_parameters()), name


def test_two_steps_have_finite_losses(trained: Model, data: ImageData, tmp_path: Path) -> None:
    lines: list[Mapping[str, float]] = []
    train(_plan(trained), data, tmp_path, on_log=lines.append)
    assert [line["step"] for line in lines] == [1, 2]
    assert all(math.isfinite(value) for line in lines for value in line.values())
    assert trained.recipe.signal in {"", *lines[-1]}
    assert (tmp_path / LOG).read_text().count("\n") == 2
    assert inspect(tmp_path / CHECKPOINT).description.step == 2


def test_what_was_saved_samples_as_what_is_loaded(model: Model, tmp_path: Path) -> None:
    generator = _generator(model, tmp_path)
    settings = _narrow(model)
    network = model.networks(SHAPE, settings, seed=0)[GENERATOR].eval()
    latents = generator.sample_latent(32, seed=5)
    with torch.no_grad():
        torch.testing.assert_close(
            generator.images(latents), _images(model, network, latents), rtol=0, atol=0
        )


def test_same_seed_same_samples_for_any_batch_size_count_and_start(model: Model, tmp_path: Path) -> None:
    generator = _generator(model, tmp_path)
    samples = generator.sample(70, seed=1)
    assert samples.shape == (70, *SHAPE)
    assert samples.dtype == torch.uint8
    for batch_size in (1, 7, 32, 500):
        assert torch.equal(generator.sample(70, seed=1, batch_size=batch_size), samples)
    assert torch.equal(generator.sample(9, seed=1), samples[:9])
    assert torch.equal(torch.cat(list(generator.iter_samples(30, seed=1, start=40))), samples[40:])
    assert not torch.equal(generator.sample(70, seed=2), samples)


def test_it_is_a_generator_that_tells_where_it_comes_from(model: Model, tmp_path: Path) -> None:
    generator = _generator(model, tmp_path)
    assert isinstance(generator, Generator)
    assert isinstance(generator, GeneratorLike)
    assert (generator.name, generator.image_shape) == (model.name, SHAPE)
    assert generator.parameter_count > 0
    assert {"model", "settings", "recipe", "sha256", "data", "versions"} <= generator.provenance.keys()
