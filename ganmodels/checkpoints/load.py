"""The one entrance: tells what a file is by its content and hands it to that format's reader.

No step runs code from a file, but for TorchScript and torch.export, which are programs and are opened only
where the caller allows it.
"""

from collections.abc import Mapping
from pathlib import Path

from ganmodels.checkpoints import own, pipeline, programs, state_dict, stylegan
from ganmodels.checkpoints.asked import Architecture, Asked
from ganmodels.checkpoints.format import MAX_FILE_BYTES, is_described
from ganmodels.checkpoints.opened import CheckpointInfo, Opened
from ganmodels.checkpoints.recognise import Kind, kind_of, read_content
from ganmodels.networks.shapes import ImageShape
from ganmodels.protocol import Generator


def load(
    path: Path | str,
    *,
    max_bytes: int = MAX_FILE_BYTES,
    model: str = "",
    settings: Mapping[str, object] | None = None,
    image_shape: ImageShape | None = None,
    image_range: tuple[float, float] = (-1.0, 1.0),
    part: str = "",
    architecture: Architecture | None = None,
    allow_code: bool = False,
) -> Generator:
    """Opens a checkpoint as a generator, ready to sample on the CPU.

    Args:
        path: a file: our own safetensors, a state dict (torch.save's archive or legacy file, or
            safetensors), a StyleGAN2-ADA or StyleGAN3 pickle of the stylegan2 configuration, a TorchScript or
            torch.export program; or a folder of an unconditional diffusers pipeline.
        max_bytes: largest file to open, and most that it may unpack to.
        model: name in the catalogue, for a state dict.
        settings: of the model, as values or typed words; they go before those that the file tells. For
            programs and own architectures `latent_size` is among them, for pipelines `steps`.
        image_shape: channels, height, width, for what does not tell it.
        image_range: of the images of programs and own architectures.
        part: path inside a state dict below which the generator's tensors are looked for.
        architecture: makes the network of a state dict; code of the caller's own.
        allow_code: open programs, which run their own code when sampled.

    Raises:
        CheckpointNotFoundError: nothing there.
        CheckpointFormatError: of no format that is read here, or not a sound one; nothing in it was run.
        CheckpointCodeError: it asks for code, or is a program and `allow_code` is not given; nothing was run.
        CheckpointTruncatedError: the file is not as long as it says.
        CheckpointTooLargeError: over `max_bytes`, packed or unpacked, or a header out of proportion.
        CheckpointMetadataError: no description, or one with settings that its model refuses.
        CheckpointModelError: a model that the catalogue does not hold.
        CheckpointArchitectureError: weights of a network that was not named, or is not held here.
        CheckpointShapeError: tensors missing, unexpected or of other shapes than the network's.
        CheckpointNotFiniteError: a weight is NaN or infinite.
        ModelNameError, SettingError, ImageShapeError: what was asked for is no network.
        ExtraMissingError: diffusers is not installed.
    """
    asked = Asked(
        model=model,
        settings=settings or {},
        image_shape=image_shape,
        image_range=image_range,
        part=part,
        architecture=architecture,
        allow_code=allow_code,
    )
    return open_checkpoint(Path(path), asked, max_bytes=max_bytes).generator()


def inspect(path: Path | str, *, max_bytes: int = MAX_FILE_BYTES) -> CheckpointInfo:
    """Reads what a checkpoint says of itself and checks that its tensors are those of the network it names.

    Args:
        path: a file that tells which network it holds.
        max_bytes: largest file to open.

    Raises:
        CheckpointError: in one of its kinds, as `load`; the weights of our own format are not looked at.
    """
    return open_checkpoint(Path(path), Asked(), max_bytes=max_bytes, weights=False).info


def open_checkpoint(
    path: Path, asked: Asked, *, max_bytes: int = MAX_FILE_BYTES, weights: bool = True
) -> Opened:
    """Opens a checkpoint as `load` does, to the network and its information.

    Args:
        path: see `load`.
        asked: what the caller says of it.
        max_bytes: see `load`.
        weights: fill the network; without, our own format is only described.
    """
    if pipeline.is_pipeline(path):
        return pipeline.open_pipeline(path, asked, max_bytes)
    content = read_content(path, max_bytes)
    kind = kind_of(path.name, content, max_bytes)
    match kind:
        case Kind.SAFETENSORS if is_described(content) or not (asked.model or asked.architecture):
            return own.open_own(path.name, content, asked, weights=weights)
        case Kind.SAFETENSORS | Kind.STATE_ZIP | Kind.STATE_LEGACY:
            return state_dict.open_state_dict(path.name, content, kind, asked, max_bytes)
        case Kind.PICKLE:
            return stylegan.open_stylegan(path.name, content, asked)
        case _:
            return programs.open_program(path.name, content, kind, asked)
