"""What the caller says of a file that does not say it itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from torch import nn

from ganmodels.errors import CheckpointArchitectureError
from ganmodels.networks.shapes import ImageShape
from ganmodels.registry import Model
from ganmodels.settings import Value

Architecture = Callable[..., nn.Module]
"""factory(image_shape, **settings) -> a network from latents (n, latent_size) to images."""


@dataclass(frozen=True)
class Asked:
    """Words of the caller.

    Attributes:
        model: name in the catalogue, for weights that don't name theirs.
        settings: of the model; they go before those of the file.
        image_shape: channels, height, width.
        image_range: of the images of a network that is not the catalogue's.
        part: path inside the file below which the generator's tensors are looked for.
        architecture: makes a network of the caller's own.
        allow_code: programs (TorchScript, torch.export) may be opened.
    """

    model: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)
    image_shape: ImageShape | None = None
    image_range: tuple[float, float] = (-1.0, 1.0)
    part: str = ""
    architecture: Architecture | None = None
    allow_code: bool = False

    def shape(self, owner: str) -> ImageShape:
        """Returns the image shape; raises `CheckpointArchitectureError` where none was given."""
        if self.image_shape is None:
            raise CheckpointArchitectureError(
                f"{owner} does not say what shape its images have; give it as channels, height, width, "
                "such as 3x32x32"
            )
        return self.image_shape

    def whole(self, name: str, owner: str) -> int:
        """Returns a setting that is a whole number of at least 1.

        Raises:
            CheckpointArchitectureError: it is missing or no such number.
        """
        text = str(self.settings.get(name, ""))
        if not text.isdecimal() or int(text[:9]) < 1:
            raise CheckpointArchitectureError(
                f"{owner} does not say its {name}; give it as a setting, such as {name}=100"
            )
        return int(text[:9])


def resolve(model: Model, told: Mapping[str, Value], given: Mapping[str, object]) -> dict[str, Value]:
    """Completes the settings that a file tells with those of the caller, which may be typed words.

    Raises:
        SettingError: unknown, unreadable or out of range.
    """
    typed = {
        name: model.settings[name].parse(value)
        if isinstance(value, str) and name in model.settings
        else value
        for name, value in given.items()
    }
    return model.resolve({**told, **typed})
