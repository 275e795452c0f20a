"""Opens checkpoints: header, network without memory, tensors. No step runs code from the file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as from_bytes
from torch import Tensor, nn

from ganmodels.checkpoints.format import MAX_FILE_BYTES, CheckpointFile, Description, read_file
from ganmodels.checkpoints.save import check_finite
from ganmodels.errors import (
    CheckpointFormatError,
    CheckpointMetadataError,
    CheckpointModelError,
    CheckpointShapeError,
    ImageShapeError,
    ModelNameError,
    SettingError,
)
from ganmodels.generator import NetworkGenerator
from ganmodels.networks.shapes import ImageShape
from ganmodels.protocol import Generator
from ganmodels.registry import GENERATOR, LATENT_SIZE, Model, get_model


@dataclass(frozen=True)
class CheckpointInfo:
    """What can be said of a checkpoint without sampling it.

    Attributes:
        description: what the file says of itself.
        image_range: lowest and highest value of the generator's images.
        latent_size: dimensions of the latent.
        parameter_count: trained numbers in the generator.
        sha256: digest of the file, hexadecimal.
        size_bytes: size of the file.
    """

    description: Description
    image_range: tuple[float, float]
    latent_size: int
    parameter_count: int
    sha256: str
    size_bytes: int

    @property
    def model(self) -> str:
        """The model's name in the catalogue."""
        return self.description.model

    @property
    def image_shape(self) -> ImageShape:
        """Channels, height, width."""
        return self.description.image_shape

    def as_json(self) -> dict[str, Any]:
        """Returns it all as one flat JSON object."""
        own = asdict(self)
        return {**own.pop("description"), **own}


def inspect(path: Path | str, *, max_bytes: int = MAX_FILE_BYTES) -> CheckpointInfo:
    """Reads what a checkpoint says of itself and checks that its tensors are those of the network it names.

    Args:
        path: a `.safetensors` file.
        max_bytes: largest file to open.

    Raises:
        CheckpointError: in one of its kinds, as `load`; the weights themselves are not looked at.
    """
    file = read_file(Path(path), max_bytes)
    model, network = _network(file)
    return _info(file, model, network)


def load(path: Path | str, *, max_bytes: int = MAX_FILE_BYTES) -> Generator:
    """Opens a checkpoint as a generator, ready to sample on the CPU.

    Args:
        path: a `.safetensors` file.
        max_bytes: largest file to open.

    Raises:
        CheckpointNotFoundError: no file there.
        CheckpointFormatError: a pickle, a zip, anything but a safetensors file; nothing in it was run.
        CheckpointTruncatedError: the file is not as long as its header says.
        CheckpointTooLargeError: over `max_bytes`, or a header out of proportion.
        CheckpointMetadataError: no description, or one with settings that its model refuses.
        CheckpointModelError: a model that the catalogue does not hold.
        CheckpointShapeError: tensors missing, unexpected or of other shapes than the network's.
        CheckpointNotFiniteError: a weight is NaN or infinite.
    """
    file = read_file(Path(path), max_bytes)
    model, network = _network(file)
    try:
        tensors = from_bytes(file.content)
    except SafetensorError as error:
        raise CheckpointFormatError(
            f"{file.name} is not a sound safetensors file ({error}): copy it again"
        ) from error
    expected = network.state_dict()
    weights = {name: _cast(name, tensors[name], expected[name]) for name in expected}
    check_finite(weights, file.name)  # as they are used: a number can be finite in the file only
    network.load_state_dict(weights, assign=True)
    info = _info(file, model, network)
    return NetworkGenerator(
        info.model,
        network,
        latent_size=info.latent_size,
        image_shape=info.image_shape,
        image_range=info.image_range,
        provenance=info.as_json(),
        class_count=model.class_count(model.resolve(file.description.settings)),
    )


def _network(file: CheckpointFile) -> tuple[Model, nn.Module]:
    """Builds the generator that the file describes, without memory for weights, and compares tensors."""
    told = file.description
    try:
        model = get_model(told.model)
        settings = model.resolve(told.settings)
        with torch.device("meta"):
            network = model.networks(told.image_shape, settings, seed=0)[GENERATOR]
    except ModelNameError as error:
        raise CheckpointModelError(f"the checkpoint is of another catalogue: {error}") from error
    except (SettingError, ImageShapeError) as error:
        raise CheckpointMetadataError(
            f"the checkpoint describes no network that can be built: {error}"
        ) from error
    _compare(file.tensor_shapes, {name: tuple(value.shape) for name, value in network.state_dict().items()})
    return model, network


def _compare(found: Mapping[str, tuple[int, ...]], expected: Mapping[str, tuple[int, ...]]) -> None:
    missing, unexpected = sorted(expected.keys() - found.keys()), sorted(found.keys() - expected.keys())
    if missing or unexpected:
        raise CheckpointShapeError(
            f"the checkpoint's tensors are not its network's: missing {missing}, "
            f"unexpected {unexpected}; save it again"
        )
    unlike = [f"{name} {found[name]} for {shape}" for name, shape in expected.items() if found[name] != shape]
    if unlike:
        raise CheckpointShapeError(f"tensors of other shapes than its settings ask for: {'; '.join(unlike)}")


def _cast(name: str, stored: Tensor, expected: Tensor) -> Tensor:
    if stored.is_floating_point() != expected.is_floating_point():
        raise CheckpointShapeError(
            f"tensor '{name}' is stored as {stored.dtype} where {expected.dtype} is expected"
        )
    return stored.to(expected.dtype)


def _info(file: CheckpointFile, model: Model, network: nn.Module) -> CheckpointInfo:
    return CheckpointInfo(
        description=file.description,
        image_range=model.recipe.image_range,
        latent_size=int(model.resolve(file.description.settings)[LATENT_SIZE]),
        parameter_count=sum(parameter.numel() for parameter in network.parameters()),
        sha256=file.sha256,
        size_bytes=len(file.content),
    )
