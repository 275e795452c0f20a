"""The critic or discriminator of a training, read from the state that it keeps beside its checkpoint."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from ganmodels.checkpoints.format import MAX_FILE_BYTES, Description, split_header
from ganmodels.checkpoints.matching import compare
from ganmodels.checkpoints.opened import fill, shapes_of
from ganmodels.checkpoints.own import tensors_of
from ganmodels.checkpoints.recognise import Kind, kind_of, read_content
from ganmodels.errors import CheckpointFormatError, CheckpointMetadataError, InsideError
from ganmodels.networks.shapes import ImageShape
from ganmodels.registry import get_model
from ganmodels.training.state import METADATA_KEY

JUDGES = ("critic", "discriminator")


@dataclass(frozen=True)
class Judge:
    """A network that tells real images from generated ones.

    Attributes:
        name: "critic" or "discriminator".
        network: in evaluation mode.
        image_shape: channels, height, width of the images that it takes.
        image_range: their lowest and highest value.
        class_count: classes that it is told beside an image; None where it is told none.
        step: of its training.
    """

    name: str
    network: nn.Module
    image_shape: ImageShape
    image_range: tuple[float, float]
    class_count: int | None
    step: int


def open_judge(state: Path, description: Description, *, max_bytes: int = MAX_FILE_BYTES) -> Judge:
    """Opens the judge of a training without running anything from the file.

    Args:
        state: the training's `state.safetensors`.
        description: of the checkpoint that the training made.
        max_bytes: largest file to open.

    Raises:
        CheckpointNotFoundError: no such file.
        CheckpointFormatError: not a training's state.
        CheckpointMetadataError: the state of another training.
        CheckpointShapeError, CheckpointNotFiniteError: its tensors are not the network's, or not numbers.
        InsideError: the model has neither critic nor discriminator.
    """
    model = get_model(description.model)
    settings = model.resolve(description.settings)
    with torch.device("meta"):
        networks = model.networks(description.image_shape, settings, seed=0)
    name = next((name for name in JUDGES if name in networks), None)
    if name is None:
        raise InsideError(
            f"'{model.name}' is trained without a critic or discriminator, so nothing scores images"
        )
    content = read_content(state, max_bytes)
    if kind_of(state.name, content, max_bytes) is not Kind.SAFETENSORS:
        raise CheckpointFormatError(f"{state.name} is not a training's state; give its state.safetensors")
    step = _check_identity(state.name, content, description)
    prefix = f"networks/{name}."
    tensors = {
        path.removeprefix(prefix): value
        for path, value in tensors_of(state.name, content).items()
        if path.startswith(prefix)
    }
    network = networks[name]
    compare(shapes_of(tensors), shapes_of(network.state_dict())).check()
    fill(network, tensors, state.name)
    return Judge(
        name,
        network.eval().requires_grad_(False),
        description.image_shape,
        model.recipe.image_range,
        model.class_count(settings),
        step,
    )


def _check_identity(name: str, content: bytes, description: Description) -> int:
    """Looks whether the state is of the checkpoint's training; returns its step."""
    wanted = {
        "model": description.model,
        "settings": description.settings,
        "recipe": description.recipe,
        "seed": description.seed,
        "data": description.data.get("digest"),
    }
    header, _ = split_header(name, content)
    try:
        told = json.loads(header["__metadata__"][METADATA_KEY])
        found, step = dict(told["identity"]), int(told["step"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CheckpointMetadataError(
            f"{name} does not say of which training it is; give a state.safetensors that train wrote"
        ) from error
    unlike = [part for part, value in wanted.items() if found.get(part) != value]
    if unlike:
        raise CheckpointMetadataError(
            f"{name} is the state of another training than the checkpoint's (its {unlike[0]} is not the "
            "same); give the one beside it"
        )
    return step
