"""TorchScript and torch.export archives. They hold programs, so only who allows it explicitly opens one."""

import hashlib
import io
import warnings
from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from ganmodels.checkpoints.asked import Asked
from ganmodels.checkpoints.opened import CheckpointInfo, Opened, told_by_others
from ganmodels.checkpoints.recognise import Kind
from ganmodels.checkpoints.save import check_finite
from ganmodels.errors import CheckpointCodeError, CheckpointFormatError
from ganmodels.registry import LATENT_SIZE


def open_program(name: str, content: bytes, kind: Kind, asked: Asked) -> Opened:
    """Opens a program that maps latents (n, latent_size) to images.

    Args:
        name: the file's.
        content: all of it.
        kind: TorchScript or torch.export.
        asked: must allow code, and give `latent_size` among the settings and the image shape.

    Raises:
        CheckpointCodeError: code is not allowed; nothing was opened.
        CheckpointArchitectureError: its sizes were not given.
        CheckpointFormatError: torch can't read it.
        CheckpointNotFiniteError: a weight is NaN or infinite.
    """
    if not asked.allow_code:
        raise CheckpointCodeError(
            f"{name} is a {kind.value}, which runs code of its own; nothing in it was run: an operator "
            "may open it with GANMODELS_ALLOW_CODE=1 on the command line, or give the state dict"
        )
    shape, latent_size = asked.shape(name), asked.whole(LATENT_SIZE, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's plans for its formats are no concern of the caller's
            program = _OPENERS[kind](io.BytesIO(content))
    except Exception as error:
        raise CheckpointFormatError(
            f"{name} can't be opened as a {kind.value} ({type(error).__name__}); "
            "export it again with this torch"
        ) from error
    tensors = dict(program.state_dict())
    check_finite(tensors, name)
    info = CheckpointInfo(
        description=told_by_others(kind.value, {LATENT_SIZE: latent_size}, shape, {}),
        image_range=asked.image_range,
        latent_size=latent_size,
        parameter_count=sum(value.numel() for value in program.parameters()),
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        file_format=kind.value,
    )
    return Opened(info, _Program(program))


class _Program(nn.Module):
    """Runs a program."""

    def __init__(self, program: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self._program = program

    def eval(self) -> "_Program":
        """Stays as it is: an exported program has one mode only."""
        return self

    def forward(self, latents: Tensor) -> Tensor:
        return self._program(latents)


def _open_script(stream: io.BytesIO) -> nn.Module:
    program: nn.Module = torch.jit.load(stream, map_location="cpu")
    return program.eval()


def _open_export(stream: io.BytesIO) -> nn.Module:
    return torch.export.load(stream).module()


_OPENERS: Mapping[Kind, Callable[[io.BytesIO], nn.Module]] = {
    Kind.TORCHSCRIPT: _open_script,
    Kind.EXPORT: _open_export,
}
