"""StyleGAN2 is loaded and sampled only, so it is held here to those of the laws that speak of that."""

from pathlib import Path

import pytest
import torch

from ganmodels.checkpoints import Description, load, save
from ganmodels.checkpoints.save import package_versions
from ganmodels.registry import GENERATOR, get_model
from metrics import Provenance
from metrics.catalogue.perceptual_path_length import perceptual_path_length
from tests.support.metric_world import ToyEmbedder

SMALL = {"latent_size": 8, "style_size": 8, "mapping_layers": 2, "channel_base": 128, "channel_max": 8}


def _saved(path: Path, shape: tuple[int, int, int], **settings: object) -> Path:
    model = get_model("stylegan2")
    resolved = model.resolve({**SMALL, **settings})
    network = model.networks(shape, resolved, seed=0)[GENERATOR]
    recipe = model.recipe.as_json()
    save(
        path,
        network,
        Description(model.name, resolved, shape, recipe, {"name": "none"}, 0, 0, "", package_versions()),
    )
    return path


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (3, 48, 48)])
@pytest.mark.parametrize("noise", ["const", "random"])
def test_same_seed_same_samples_for_any_batch_size(
    tmp_path: Path, shape: tuple[int, int, int], noise: str
) -> None:
    generator = load(_saved(tmp_path / "small.safetensors", shape, noise=noise))
    samples = generator.sample(40, seed=1)
    assert samples.shape == (40, *shape)
    assert torch.equal(generator.sample(40, seed=1, batch_size=7), samples)
    assert torch.equal(generator.sample(9, seed=1, start=31), samples[31:])
    assert not torch.equal(generator.sample(40, seed=2), samples)


def test_settings_of_sampling_may_be_changed_in_a_file_of_ours(tmp_path: Path) -> None:
    path = _saved(tmp_path / "small.safetensors", (3, 16, 16))
    whole, drawn = load(path), load(path, settings={"truncation": 0.5})
    assert drawn.provenance["settings"]["truncation"] == 0.5
    assert not torch.equal(whole.sample(3, 0), drawn.sample(3, 0))


def test_classes_are_known_where_it_was_built_for_them(tmp_path: Path) -> None:
    assert load(_saved(tmp_path / "none.safetensors", (3, 16, 16))).class_count is None
    generator = load(_saved(tmp_path / "four.safetensors", (3, 16, 16), class_count=4))
    assert generator.class_count == 4
    assert not torch.equal(generator.sample(4, 0, labels=0), generator.sample(4, 0, labels=1))


@pytest.mark.parametrize("class_count", [0, 3])
def test_paths_between_its_styles_have_a_length(tmp_path: Path, class_count: int) -> None:
    settings = {"class_count": class_count} if class_count else {}
    generator = load(_saved(tmp_path / "small.safetensors", (3, 16, 16), **settings))
    embed = ToyEmbedder(Provenance("lpips_alex", "w", "tf1", "float32", 0))
    wide, narrow = (
        perceptual_path_length(generator, embed, space="w", pairs=40, step=step)["perceptual_path_length"]
        for step in (1e-2, 1e-3)
    )
    assert wide.value == pytest.approx(narrow.value, rel=0.1)  # not a matter of the steps it is measured by
    assert narrow.low > 0
