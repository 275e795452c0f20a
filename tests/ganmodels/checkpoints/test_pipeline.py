"""Folders of diffusers: what is refused needs no diffusers; what is sampled does."""

import json
import pickle
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch

from ganmodels.checkpoints import load
from ganmodels.errors import (
    CheckpointArchitectureError,
    CheckpointFormatError,
    CheckpointMetadataError,
    CheckpointNotFiniteError,
    CheckpointNotFoundError,
    CheckpointTooLargeError,
    ExtraMissingError,
    GeneratorOutputError,
    SettingError,
)
from tests.support.bombs import Bomb

INDEX = {
    "_class_name": "DDPMPipeline",
    "scheduler": ["diffusers", "DDPMScheduler"],
    "unet": ["diffusers", "UNet2DModel"],
}


def _folder(path: Path, index: object = INDEX) -> Path:
    for name in ("unet", "scheduler"):
        (path / name).mkdir(parents=True)
    (path / "model_index.json").write_text(index if isinstance(index, str) else json.dumps(index))
    (path / "unet" / "config.json").write_text("{}")
    (path / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"")
    (path / "scheduler" / "scheduler_config.json").write_text("{}")
    return path


def test_without_diffusers_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "diffusers", None)
    with pytest.raises(ExtraMissingError, match=r"pip install 'evalsite\[diffusion\]'"):
        load(_folder(tmp_path / "ddpm"))


@pytest.mark.parametrize(
    ("index", "error"),
    [
        ("{", CheckpointMetadataError),
        ("[1]", CheckpointMetadataError),
        ("[" * 100_000, CheckpointMetadataError),
        (INDEX | {"scheduler": ["os", "system"]}, CheckpointArchitectureError),
        (INDEX | {"scheduler": ["diffusers", "os.Scheduler"]}, CheckpointArchitectureError),
        (INDEX | {"unet": ["own_code", "UNet2DModel"]}, CheckpointArchitectureError),
        (INDEX | {"text_encoder": ["transformers", "CLIPTextModel"]}, CheckpointArchitectureError),
    ],
)
def test_other_pipelines_are_named_before_diffusers_is_asked(
    tmp_path: Path, index: object, error: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "diffusers", None)
    with pytest.raises(error):
        load(_folder(tmp_path / "ddpm", index))


def test_pickled_weights_are_not_weights(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    folder = _folder(tmp_path / "ddpm")
    (folder / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    (folder / "unet" / "diffusion_pytorch_model.bin").write_bytes(pickle.dumps(Bomb(f"touch {mark}")))
    with pytest.raises(CheckpointNotFoundError, match=r"lacks unet/diffusion_pytorch_model\.safetensors"):
        load(folder)
    assert not mark.exists()


def test_its_size_and_steps_are_limited(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "ddpm")
    with pytest.raises(CheckpointTooLargeError):
        load(folder, max_bytes=10)
    for settings in ({"steps": 0}, {"steps": "many"}, {"steps": 1001}, {"width": 4}):
        with pytest.raises(SettingError, match="steps from 1 to 1000"):
            load(folder, settings=settings)


def _diffusers() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("diffusers")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "scheduler", ["DDPMScheduler", "DDIMScheduler", "PNDMScheduler", "EulerDiscreteScheduler"]
)
def test_a_pipeline_samples_alike_in_any_batch(tmp_path: Path, scheduler: str) -> None:
    diffusers = _diffusers()
    folder = _saved(diffusers, tmp_path / "pipeline", scheduler)
    generator = load(folder, settings={"steps": "4"})
    assert (generator.name, generator.image_shape) == (scheduler, (1, 16, 16))
    samples = generator.sample(5, seed=3)
    assert torch.equal(generator.sample(5, seed=3, batch_size=2), samples)
    assert not torch.equal(generator.sample(5, seed=4), samples)
    assert not torch.equal(load(folder, settings={"steps": 8}).sample(5, seed=3), samples)
    assert generator.provenance["settings"] == {"steps": 4}


@pytest.mark.filterwarnings("ignore")
def test_a_step_without_chance_is_diffusers_own(tmp_path: Path) -> None:
    diffusers = _diffusers()
    folder = _saved(diffusers, tmp_path / "pipeline", "DDIMScheduler")
    generator = load(folder, settings={"steps": 3})
    latents = generator.sample_latent(2, seed=0)
    pipeline = diffusers.DDIMPipeline.from_pretrained(folder)
    images = latents.view(2, 1, 16, 16)
    pipeline.scheduler.set_timesteps(3)
    with torch.no_grad():
        for time in pipeline.scheduler.timesteps:
            images = pipeline.scheduler.step(pipeline.unet(images, time).sample, time, images).prev_sample
    torch.testing.assert_close(generator.images(latents), images.clamp(-1, 1))


@pytest.mark.filterwarnings("ignore")
def test_what_diffusers_can_not_open_and_what_is_no_number_is_named(tmp_path: Path) -> None:
    diffusers = _diffusers()
    with pytest.raises(CheckpointFormatError, match="can't be opened by diffusers"):
        load(_folder(tmp_path / "empty"))
    unet = _unet(diffusers)
    torch.nn.init.constant_(unet.conv_in.bias, float("nan"))
    diffusers.DDPMPipeline(unet, diffusers.DDPMScheduler()).save_pretrained(tmp_path / "nan")
    with pytest.raises(CheckpointNotFiniteError):
        load(tmp_path / "nan")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"num_class_embeds": 10}, "is told classes"),
        ({"sample_size": -4}, "of a fixed size"),
        ({"sample_size": 10**6}, "of a fixed size"),
        ({"sample_size": [16]}, "of a fixed size"),
        ({"sample_size": "x"}, "of a fixed size"),
    ],
)
def test_conditions_and_sizes_that_are_none_are_named(
    tmp_path: Path, changes: dict[str, Any], sentence: str
) -> None:
    diffusers = _diffusers()
    folder = _saved(diffusers, tmp_path / "pipeline", "DDPMScheduler", **changes)
    with pytest.raises(CheckpointArchitectureError, match=sentence):
        load(folder)


@pytest.mark.filterwarnings("ignore")
def test_what_fails_within_diffusers_is_an_answer_of_the_generators(tmp_path: Path) -> None:
    folder = _saved(_diffusers(), tmp_path / "pipeline", "PNDMScheduler")
    with pytest.raises(GeneratorOutputError, match=r"failed on inputs of \(32, 256\)"):
        load(folder, settings={"steps": 3}).sample(1, 0)


def _unet(diffusers: Any, **changes: Any) -> Any:
    torch.manual_seed(0)
    return diffusers.UNet2DModel(
        sample_size=changes.pop("sample_size", 16),
        **changes,
        in_channels=1,
        out_channels=1,
        layers_per_block=1,
        block_out_channels=(8, 8),
        norm_num_groups=4,
        down_block_types=("DownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "UpBlock2D"),
    )


def _saved(diffusers: Any, folder: Path, scheduler: str, **changes: Any) -> Path:
    made = getattr(diffusers, scheduler)()
    diffusers.DDPMPipeline(_unet(diffusers, **changes), made).save_pretrained(folder)
    return folder
