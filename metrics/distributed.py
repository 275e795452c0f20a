"""Several processes at one evaluation, started by torchrun: each looks at its share of the images.

The leader gets every chunk in order and computes the metrics; the others follow. Numbers go through gloo
from memory to memory, since features are small beside the work of making them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module

from torch import Tensor
from torch import distributed as dist

from metrics.errors import LostProcessError

PATIENCE = timedelta(hours=12)  # followers wait while the leader computes metrics


@dataclass(frozen=True)
class Workers:
    """The processes of one evaluation, seen from one of them.

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
        """Whether this process collects, computes and prints."""
        return self.rank == 0

    def device(self, name: str) -> str:
        """The device for this process: "cuda" becomes one of the machine's for each."""
        return f"cuda:{self.local_rank}" if name == "cuda" and self.size > 1 else name

    def send(self, tensors: Mapping[str, Tensor]) -> None:
        """Hand a chunk to the leader.

        Raises:
            LostProcessError: the leader is gone.
        """
        for name in sorted(tensors):
            _attempt(dist.send, tensors[name].contiguous(), 0)

    def receive(self, rank: int, rows: int, like: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Take a chunk from a follower.

        Args:
            rank: the follower.
            rows: number of images in its chunk.
            like: a chunk with the same outputs.

        Raises:
            LostProcessError: the follower is gone.
        """
        chunk = {name: tensor.new_empty(rows, *tensor.shape[1:]) for name, tensor in sorted(like.items())}
        for tensor in chunk.values():
            _attempt(dist.recv, tensor, rank)
        return chunk


ALONE = Workers()


@contextmanager
def joined() -> Iterator[Workers]:
    """The processes that torchrun started together; `ALONE` if it didn't start this one."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield ALONE
        return
    # An optimizer's first step imports this, whose functions keep the group of that moment as a default; the
    # threads of a group so kept outlive it, and may abort the process at its exit.
    import_module("torch.distributed.nn.functional")
    dist.init_process_group("gloo", timeout=PATIENCE)
    try:
        yield Workers(dist.get_rank(), size, int(os.environ.get("LOCAL_RANK", "0")))
    finally:
        dist.destroy_process_group()


def _attempt(exchange: Callable[..., object], tensor: Tensor, rank: int) -> None:
    try:
        exchange(tensor, rank)
    except RuntimeError as error:
        raise LostProcessError(
            "Another process of this evaluation has stopped; see its message, mend that, and start all again."
        ) from error
