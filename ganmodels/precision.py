"""In which precision networks multiply, and where it stays full whatever was asked for.

Weights, gradients, optimisers and losses are float32 always. `float32` means it: on a GPU, too, where
convolutions would else be rounded to TF32.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from ganmodels.recipe import Precision


@contextmanager
def products_on_gpu(precision: Precision) -> Iterator[None]:
    """Within the block an NVIDIA GPU rounds the factors of float32 products only where TF32 was asked for."""
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    torch.set_float32_matmul_precision("high" if precision == "tf32" else "highest")
    torch.backends.cudnn.allow_tf32 = precision == "tf32"
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before[0])
        torch.backends.cudnn.allow_tf32 = before[1]


def mixed(precision: Precision, device: torch.device) -> torch.autocast:
    """Answers a block in which layers multiply in bfloat16, where that was asked for."""
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16")


def answer_in_float32(network: nn.Module) -> None:
    """Makes a network that runs in a `mixed` block answer in float32, so that losses are computed in it."""
    network.register_forward_hook(_widened)


def _widened(_network: nn.Module, _inputs: tuple[Tensor, ...], answer: Tensor) -> Tensor:
    return answer.float()


@contextmanager
def full(device: torch.device) -> Iterator[None]:
    """Within the block networks run in float32 and uncompiled, in a training of any precision.

    For what is differentiated twice: compiled networks can't be, and slopes of rounded products are noise.
    """
    with torch.autocast(device.type, enabled=False), torch.compiler.set_stance("force_eager"):
        yield
