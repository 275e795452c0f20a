"""As many threads as there are cores that this process may really use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def available_cores() -> int:
    """Cores for this process: its affinity and its container's quota, shared with its torchrun siblings."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = _QUOTA.read_text().split()
        cores = min(cores, int(quota) // int(period))
    except (OSError, ValueError):  # no container, or the quota is "max"
        pass
    return max(1, cores // _siblings())


def _siblings() -> int:
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1"))


@contextmanager
def limited_threads() -> Iterator[None]:
    """Keep torch from using more threads than cores: a stolen core costs far more than its share."""
    before = torch.get_num_threads()
    # torchrun allows each process one thread, whatever the machine.
    torch.set_num_threads(available_cores() if _siblings() > 1 else min(before, available_cores()))
    try:
        yield
    finally:
        torch.set_num_threads(before)
