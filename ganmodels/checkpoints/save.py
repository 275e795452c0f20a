"""Writes checkpoints."""

import os
import platform
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import torch
from safetensors.torch import save as to_bytes
from torch import Tensor, nn

from ganmodels.checkpoints.format import METADATA_KEY, Description
from ganmodels.errors import CheckpointNotFiniteError

_PACKAGES = ("torch", "numpy", "safetensors")


def save(path: Path, generator: nn.Module, description: Description) -> None:
    """Writes a generator's tensors with its description, and the description beside it as `<stem>.json`.

    Each file appears whole or not at all.

    Args:
        path: where to; by custom ends in `.safetensors`.
        generator: the network that maps latents to images.
        description: see `Description`.

    Raises:
        CheckpointNotFiniteError: a weight is NaN or infinite; nothing is written.
    """
    tensors = {name: value.detach().cpu().contiguous() for name, value in generator.state_dict().items()}
    check_finite(tensors, path.name)
    write_atomically(path, to_bytes(tensors, {METADATA_KEY: description.to_json()}))
    write_atomically(path.with_suffix(".json"), (description.to_json(indent=2) + "\n").encode())


def check_finite(tensors: Mapping[str, Tensor], owner: str) -> None:
    """Raises `CheckpointNotFiniteError`, naming the tensor, where one holds NaN or infinity."""
    for name, value in tensors.items():
        if value.is_floating_point() and not torch.isfinite(value).all():
            raise CheckpointNotFiniteError(
                f"tensor '{name}' of {owner} holds NaN or infinity; take an earlier checkpoint"
            )


def write_atomically(path: Path, content: bytes) -> None:
    """Writes a file beside its place, flushes it to the disk and moves it there; no half of it ever stays."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=".part")
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        partial.chmod(0o644)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def package_versions() -> dict[str, str]:
    """Returns the versions of Python and of the packages that decide the numbers."""
    return {"python": platform.python_version(), **{package: version(package) for package in _PACKAGES}}
