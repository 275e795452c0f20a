"""A local folder of an unconditional diffusers pipeline, sampled with its own scheduler.

Of the folder only three things are used: its index, the U-Net's configuration and safetensors weights, and
the scheduler's configuration. Pipelines' own code, pickled weights and hubs are never touched.
"""

import hashlib
import inspect
import json
import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from ganmodels.checkpoints.asked import Asked
from ganmodels.checkpoints.opened import CheckpointInfo, Opened, count_parameters, told_by_others
from ganmodels.checkpoints.recognise import Kind
from ganmodels.checkpoints.save import check_finite
from ganmodels.errors import (
    CheckpointArchitectureError,
    CheckpointFormatError,
    CheckpointMetadataError,
    CheckpointNotFoundError,
    CheckpointTooLargeError,
    ExtraMissingError,
    SettingError,
)
from ganmodels.networks.shapes import ImageShape
from ganmodels.seeds import seed_of

INDEX = "model_index.json"
DEFAULT_STEPS = 50
MAX_STEPS = 1000
_MAX_INDEX_BYTES = 1024**2
_LARGEST_PX = 2048
_FILES = (
    INDEX,
    "unet/config.json",
    "unet/diffusion_pytorch_model.safetensors",
    "scheduler/scheduler_config.json",
)
_SCHEDULER = re.compile(r"[A-Z][A-Za-z0-9]{2,60}Scheduler")


def is_pipeline(path: Path) -> bool:
    """Tells whether a path is a folder that diffusers saved a pipeline in."""
    return path.is_dir() and (path / INDEX).is_file()


def open_pipeline(path: Path, asked: Asked, max_bytes: int) -> Opened:
    """Opens an unconditional image pipeline.

    Args:
        path: its folder.
        asked: `steps` among its settings is the number of scheduler steps; 50 if it isn't given.
        max_bytes: most that the files used may weigh.

    Raises:
        CheckpointArchitectureError: another kind of pipeline, such as one that takes text.
        CheckpointNotFoundError: a file of it is missing, such as weights in safetensors.
        ExtraMissingError: diffusers is not installed.
        CheckpointError: in the kinds that `load` lists.
    """
    scheduler_name = _check_index(path)
    sha256, size_bytes = _digest(path, max_bytes)
    steps = _steps(asked.settings)
    diffusers = _diffusers()
    kind = _scheduler_class(diffusers, scheduler_name, path.name)
    try:
        unet = diffusers.UNet2DModel.from_pretrained(
            path / "unet", use_safetensors=True, local_files_only=True, low_cpu_mem_usage=False
        )
        scheduler = kind.from_pretrained(path / "scheduler", local_files_only=True)
    except Exception as error:  # whatever diffusers finds wrong
        raise CheckpointFormatError(
            f"{path.name} can't be opened by diffusers ({type(error).__name__}: {str(error)[:200]}); "
            "save it again"
        ) from error
    check_finite(unet.state_dict(), path.name)
    shape = _shape(unet.config, path.name)
    info = CheckpointInfo(
        description=told_by_others(scheduler_name, {"steps": steps}, shape, {"title": "diffusion"}),
        image_range=(-1.0, 1.0),
        latent_size=shape[0] * shape[1] * shape[2],
        parameter_count=count_parameters(unet),
        sha256=sha256,
        size_bytes=size_bytes,
        file_format=Kind.PIPELINE.value,
    )
    return Opened(info, Diffusion(unet, scheduler, shape, steps))


class Diffusion(nn.Module):
    """Noise to images, step by step; noise that a step adds belongs to its image, whatever batch it is in."""

    def __init__(self, unet: nn.Module, scheduler: Any, shape: ImageShape, steps: int) -> None:
        super().__init__()
        self.unet, self._scheduler, self._shape, self._steps = unet, scheduler, shape, steps
        self._takes_chance = "generator" in inspect.signature(scheduler.step).parameters

    def forward(self, latents: Tensor) -> Tensor:
        """Maps flat noise (n, latent_size) to images in [-1, 1]."""
        self._scheduler.set_timesteps(self._steps)
        images: Tensor = latents.view(-1, *self._shape) * self._scheduler.init_noise_sigma
        chance = {}
        if self._takes_chance:
            chance["generator"] = [torch.Generator().manual_seed(seed_of(row)) for row in latents.detach()]
        for time in self._scheduler.timesteps:
            noise = self.unet(self._scheduler.scale_model_input(images, time), time).sample
            images = self._scheduler.step(noise, time, images, **chance).prev_sample
        return images.clamp(-1, 1)


def _check_index(path: Path) -> str:
    """Reads the index; returns the scheduler's class name."""
    text = (path / INDEX).read_bytes()[: _MAX_INDEX_BYTES + 1]
    try:
        index = json.loads(text)
        parts = {name: tuple(value) for name, value in index.items() if isinstance(value, list)}
        library, scheduler = parts["scheduler"]
    except (ValueError, RecursionError, KeyError, AttributeError, TypeError) as error:
        raise CheckpointMetadataError(
            f"{path.name} has an {INDEX} that can't be read; save it again"
        ) from error
    sound = library == "diffusers" and isinstance(scheduler, str) and _SCHEDULER.fullmatch(scheduler)
    if parts.get("unet") != ("diffusers", "UNet2DModel") or len(parts) != 2 or not sound:
        raise CheckpointArchitectureError(
            f"{path.name} is not a pipeline of one UNet2DModel and one scheduler of diffusers; only such, "
            "which take neither text nor classes, are sampled here"
        )
    return str(scheduler)


def _digest(path: Path, max_bytes: int) -> tuple[str, int]:
    """Digests the files that are used, in a fixed order, with their names and sizes."""
    size_bytes, digest = 0, hashlib.sha256()
    for name in _FILES:
        file = path / name
        if not file.is_file():
            raise CheckpointNotFoundError(
                f"{path.name} lacks {name}; save the pipeline with safe_serialization"
            )
        size_bytes += file.stat().st_size
        if size_bytes > max_bytes:
            raise CheckpointTooLargeError(
                f"{path.name} has more than {max_bytes} bytes; at most that is opened"
            )
        digest.update(f"{name} {file.stat().st_size}\n".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest(), size_bytes


def _steps(settings: Mapping[str, object]) -> int:
    text = str(settings.get("steps", DEFAULT_STEPS))
    if settings.keys() - {"steps"} or not text.isdecimal() or not 1 <= int(text[:9]) <= MAX_STEPS:
        raise SettingError(
            f"a diffusers folder takes one setting, steps from 1 to {MAX_STEPS}; got {dict(settings)}"
        )
    return int(text)


def _shape(config: Mapping[str, Any], name: str) -> ImageShape:
    size, channels = config["sample_size"], config["in_channels"]
    sides = tuple(size) if isinstance(size, list | tuple) else (size, size)
    sized = len(sides) == 2 and all(type(side) is int and 1 <= side <= _LARGEST_PX for side in sides)
    if channels not in (1, 3) or config["out_channels"] != channels or not sized:
        raise CheckpointArchitectureError(
            f"{name} makes no grey or colour images of a fixed size up to {_LARGEST_PX} px; only such are "
            "sampled here"
        )
    if config.get("class_embed_type") or config.get("num_class_embeds"):
        raise CheckpointArchitectureError(
            f"{name} is told classes; only pipelines without conditions are sampled here"
        )
    return channels, sides[0], sides[1]


def _diffusers() -> ModuleType:
    try:
        return import_module("diffusers")
    except ImportError as error:
        raise ExtraMissingError(
            "a diffusers folder needs the package diffusers, which is not installed; "
            "pip install 'evalsite[diffusion]'"
        ) from error


def _scheduler_class(diffusers: ModuleType, scheduler: str, owner: str) -> Any:
    found = getattr(diffusers, scheduler, None)
    if not (isinstance(found, type) and issubclass(found, diffusers.SchedulerMixin)):
        raise CheckpointArchitectureError(
            f"{owner} has a scheduler '{scheduler}' that this diffusers does not know; install a newer one"
        )
    return found
