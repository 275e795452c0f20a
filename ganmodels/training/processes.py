"""Several processes at one training, started by torchrun: each sees its share of every batch.

The batch is the recipe's, whatever the number of processes. All have the same weights before a step and,
since gradients, losses and running statistics are averaged, after it; no wrapper stands between an objective
and its networks, so objectives may call any part of them and differentiate twice. The leader alone writes.
docs/decisions/0009 says why, and what one image of a batch sees of the others.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import torch
from torch import Tensor
from torch import distributed as dist

from ganmodels.errors import LostProcessError, ResumeError, SettingError
from ganmodels.shares import Share

_FEWEST_IMAGES = 2
"""Of a batch in one process: batch normalisation and the pulling-away term know no spread of one."""


@dataclass(frozen=True)
class Processes:
    """The processes of one training, seen from one of them.

    Attributes:
        rank: number of this process, from 0.
        size: how many there are.
        local_rank: number of this process on its machine.
    """

    rank: int = 0
    size: int = 1
    local_rank: int = 0

    @property
    def leads(self) -> bool:
        """Whether this process writes and prints."""
        return self.rank == 0

    def device(self, kind: str) -> torch.device:
        """Answers the device of this process: of several GPUs each takes its own."""
        return torch.device(kind, self.local_rank) if kind == "cuda" else torch.device(kind)

    @property
    def share(self) -> Share:
        """Which images of every batch are this process's."""
        return Share(self.rank, self.size)

    def check_batch_size(self, batch_size: int) -> None:
        """Looks whether a batch can be shared.

        Raises:
            SettingError: it can't be cut into equal parts, or the parts are too small.
        """
        if self.size > 1 and (batch_size % self.size or batch_size // self.size < _FEWEST_IMAGES):
            fitting = max(round(batch_size / self.size), _FEWEST_IMAGES) * self.size
            raise SettingError(
                f"batch_size={batch_size} is not {self.size} equal parts of {_FEWEST_IMAGES} images or more; "
                f"give --set batch_size={fitting} or another --nproc-per-node"
            )

    def average(self, tensors: Sequence[Tensor]) -> None:
        """Puts in the place of each tensor its mean over the processes, all in one exchange.

        Args:
            tensors: floats, in the same order and shapes everywhere.

        Raises:
            LostProcessError: another process is gone.
        """
        if self.size == 1 or not tensors:
            return
        flat = torch.cat([tensor.detach().reshape(-1).float() for tensor in tensors])
        _attempt(dist.all_reduce, flat)
        means = (flat / self.size).split([tensor.numel() for tensor in tensors])
        with torch.no_grad():
            for tensor, mean in zip(tensors, means, strict=True):
                tensor.copy_(mean.view(tensor.shape))

    def largest(self, number: int) -> int:
        """Answers the largest of the processes' numbers.

        Raises:
            LostProcessError: another process is gone.
        """
        if self.size == 1:
            return number
        found = torch.tensor(number)
        _attempt(dist.all_reduce, found, dist.ReduceOp.MAX)
        return int(found)

    def check_alike(self, what: str) -> None:
        """Looks whether all processes stand at the same point of the same training.

        Raises:
            ResumeError: they don't, as when machines share no folder.
            LostProcessError: another process is gone.
        """
        digest = int.from_bytes(hashlib.sha256(what.encode()).digest()[:7], "big")
        if self.largest(digest) != -self.largest(-digest):
            raise ResumeError(
                "the processes found unlike data, settings or states; give all of them the same command, "
                "--data of the same images and an --out that all machines share"
            )


ALONE = Processes()


@contextmanager
def joined(kind: str) -> Iterator[Processes]:
    """The processes that torchrun started together; `ALONE` if it didn't start this one.

    Args:
        kind: "cuda" or "cpu"; what lies on GPUs goes by NCCL, what lies in memory by gloo.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield ALONE
        return
    local_rank = int(os.environ.get("LOCAL_RANK", "0"))
    if kind == "cuda":
        torch.cuda.set_device(local_rank)
    # An optimizer's first step imports this, whose functions keep the group of that moment as a default; the
    # threads of a group so kept outlive it, and may abort the process at its exit.
    import_module("torch.distributed.nn.functional")
    dist.init_process_group("cpu:gloo,cuda:nccl" if kind == "cuda" else "gloo")
    try:
        yield Processes(dist.get_rank(), size, local_rank)
    finally:
        dist.destroy_process_group()


def _attempt(exchange: Callable[..., object], *arguments: Any) -> None:
    try:
        exchange(*arguments)
    except RuntimeError as error:
        raise LostProcessError(
            "another process of this training has stopped; see its message, mend that and start all again "
            "with --resume"
        ) from error
