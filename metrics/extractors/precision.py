"""What a network computes in: exactly, unless the user asks for speed and accepts a stated error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import torch

from metrics.errors import InvalidSettingError

ERROR_BOUNDS = {"float32": 1e-5, "tf32": 5e-3, "bfloat16": 5e-2}
"""Relative error of a feature vector that each precision may have; the two fast ones need CUDA."""


def check_precision(name: str, device: torch.device) -> None:
    """Refuse a precision that doesn't exist or that the device lacks.

    Raises:
        InvalidSettingError: the message says which ones there are.
    """
    if name not in ERROR_BOUNDS:
        raise InvalidSettingError(f"No precision named {name!r}; choose one of {', '.join(ERROR_BOUNDS)}.")
    if name != "float32" and device.type != "cuda":
        raise InvalidSettingError(
            f"The precision {name!r} needs a CUDA device, but this is {device.type}; take 'float32'."
        )


@contextmanager
def computing_in(name: str, device: torch.device) -> Iterator[None]:
    """Let convolutions and matrix products be computed in a precision of `ERROR_BOUNDS`."""
    fast = name == "tf32"
    before = torch.backends.cuda.matmul.allow_tf32
    with ExitStack() as stack:
        stack.enter_context(torch.backends.cudnn.flags(allow_tf32=fast))
        if name == "bfloat16":
            stack.enter_context(torch.autocast(device.type, torch.bfloat16))
        torch.backends.cuda.matmul.allow_tf32 = fast
        try:
            yield
        finally:
            torch.backends.cuda.matmul.allow_tf32 = before
