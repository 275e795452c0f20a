"""Our own format: header, network without memory, tensors. See `format` for what a file holds."""

from dataclasses import replace

from safetensors import SafetensorError
from safetensors.torch import load as from_bytes
from torch import Tensor

from ganmodels.checkpoints.asked import Asked, resolve
from ganmodels.checkpoints.format import CheckpointFile, take_apart
from ganmodels.checkpoints.matching import compare
from ganmodels.checkpoints.opened import Opened, empty_network, fill, of_catalogue, shapes_of
from ganmodels.checkpoints.recognise import Kind
from ganmodels.errors import (
    CheckpointFormatError,
    CheckpointMetadataError,
    CheckpointModelError,
    ImageShapeError,
    MalformedModelError,
    ModelNameError,
    SettingError,
)
from ganmodels.registry import get_model


def open_own(name: str, content: bytes, asked: Asked, *, weights: bool = True) -> Opened:
    """Opens a file that `save` wrote.

    Args:
        name: the file's.
        content: all of it.
        asked: its settings go before the file's; its model, if any, must be the file's.
        weights: read the tensors, too.

    Raises:
        CheckpointError: in the kinds that `load` lists.
    """
    file = take_apart(name, content)
    opened = _describe(file, asked)
    if weights:
        fill(opened.network, tensors_of(name, content), name)
    return opened


def tensors_of(name: str, content: bytes) -> dict[str, Tensor]:
    """Reads the tensors of any safetensors file.

    Raises:
        CheckpointFormatError: the file is not sound.
    """
    try:
        return from_bytes(content)
    except SafetensorError as error:
        raise CheckpointFormatError(
            f"{name} is not a sound safetensors file ({error}): copy it again"
        ) from error


def _describe(file: CheckpointFile, asked: Asked) -> Opened:
    told = file.description
    if asked.model and asked.model != told.model:
        raise CheckpointModelError(
            f"{file.name} is a checkpoint of '{told.model[:80]}', not of '{asked.model[:80]}'; "
            "leave the model out"
        )
    try:
        model = get_model(told.model)
        settings = resolve(model, told.settings, asked.settings)
        network = empty_network(model, told.image_shape, settings)
    except ModelNameError as error:
        raise CheckpointModelError(f"the checkpoint is of another catalogue: {error}") from error
    except MalformedModelError as error:
        raise CheckpointModelError(f"the checkpoint is of '{told.model}', but {error}") from error
    except (SettingError, ImageShapeError) as error:
        raise CheckpointMetadataError(
            f"the checkpoint describes no network that can be built: {error}"
        ) from error
    compare(file.tensor_shapes, shapes_of(network.state_dict())).check()
    if asked.settings:
        told = replace(told, settings=settings)
    return of_catalogue(
        model,
        network,
        told,
        sha256=file.sha256,
        size_bytes=len(file.content),
        file_format=Kind.SAFETENSORS.value,
    )
