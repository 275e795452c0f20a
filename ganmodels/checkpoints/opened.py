"""An opened checkpoint: a network, and what can be said of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ganmodels.checkpoints.format import Description
from ganmodels.checkpoints.save import check_finite
from ganmodels.errors import CheckpointShapeError
from ganmodels.generator import NetworkGenerator
from ganmodels.networks.shapes import ImageShape
from ganmodels.registry import GENERATOR, LATENT_SIZE, Model
from ganmodels.settings import Value
from ganmodels.style_generator import StyleNetwork, StyleNetworkGenerator


@dataclass(frozen=True)
class CheckpointInfo:
    """What can be said of a checkpoint without sampling it.

    Attributes:
        description: what the file says of itself, or what the caller said of it.
        image_range: lowest and highest value of the generator's images.
        latent_size: dimensions of the latent.
        parameter_count: trained numbers in the generator.
        sha256: digest of the file, hexadecimal.
        size_bytes: size of the file.
        file_format: what kind of file it is.
    """

    description: Description
    image_range: tuple[float, float]
    latent_size: int
    parameter_count: int
    sha256: str
    size_bytes: int
    file_format: str

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


@dataclass(frozen=True)
class Opened:
    """A network with its information; its weights are there unless only inspected."""

    info: CheckpointInfo
    network: nn.Module
    class_count: int | None = None

    def generator(self) -> NetworkGenerator:
        """Returns it as a source of images, which shows its styles where the network has any."""
        kind = StyleNetworkGenerator if isinstance(self.network, StyleNetwork) else NetworkGenerator
        return kind(
            self.info.model,
            self.network,
            latent_size=self.info.latent_size,
            image_shape=self.info.image_shape,
            image_range=self.info.image_range,
            provenance=self.info.as_json(),
            class_count=self.class_count,
        )


def empty_network(model: Model, shape: ImageShape, settings: Mapping[str, Value]) -> nn.Module:
    """Builds a model's generator without memory for its weights.

    Raises:
        ImageShapeError: the model makes no such images.
    """
    with torch.device("meta"):
        return model.networks(shape, settings, seed=0)[GENERATOR]


def shapes_of(tensors: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """Lists tensors' shapes by name."""
    return {name: tuple(value.shape) for name, value in tensors.items()}


def fill(network: nn.Module, tensors: Mapping[str, Tensor], owner: str) -> None:
    """Gives a network its weights, in the network's own types.

    Args:
        network: as `empty_network` builds it.
        tensors: its tensors, names and shapes compared already.
        owner: the file's name, for sentences.

    Raises:
        CheckpointShapeError: whole numbers stand where fractions are expected, or the other way round.
        CheckpointNotFiniteError: a weight is NaN or infinite as it is used: it may be finite in the file.
    """
    expected = network.state_dict()
    weights = {name: _cast(name, tensors[name], expected[name]) for name in expected}
    check_finite(weights, owner)
    network.load_state_dict(weights, assign=True)


def count_parameters(network: nn.Module) -> int:
    """Counts trained numbers."""
    return sum(parameter.numel() for parameter in network.parameters())


def of_catalogue(
    model: Model,
    network: nn.Module,
    description: Description,
    *,
    sha256: str,
    size_bytes: int,
    file_format: str,
) -> Opened:
    """Puts together what is known of a network of the catalogue."""
    settings = model.resolve(description.settings)
    info = CheckpointInfo(
        description=description,
        image_range=model.recipe.image_range,
        latent_size=int(settings[LATENT_SIZE]),
        parameter_count=count_parameters(network),
        sha256=sha256,
        size_bytes=size_bytes,
        file_format=file_format,
    )
    return Opened(info, network, model.class_count(settings))


def told_by_others(
    model: str, settings: Mapping[str, Value], shape: ImageShape, recipe: Mapping[str, Any]
) -> Description:
    """Describes a generator of whose training its file says nothing."""
    return Description(
        model=model,
        settings=settings,
        image_shape=shape,
        recipe=recipe,
        data={"name": "not told by the file"},
        seed=0,
        step=0,
        command="",
        versions={},
    )


def _cast(name: str, stored: Tensor, expected: Tensor) -> Tensor:
    if stored.is_floating_point() != expected.is_floating_point():
        raise CheckpointShapeError(
            f"tensor '{name}' is stored as {stored.dtype} where {expected.dtype} is expected"
        )
    return stored.to(expected.dtype)
