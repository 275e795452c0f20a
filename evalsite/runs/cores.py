"""How many cores this process may use."""

from __future__ import annotations

import math
import os
from pathlib import Path

CGROUP_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def available_cores(quota: Path = CGROUP_QUOTA) -> int:
    """Cores by the scheduler's affinity and the container's quota, at least 1.

    Args:
        quota: the control group's file "max period" or "quota period", both in microseconds.
    """
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        limit, period = quota.read_text().split()
        allowed = math.ceil(int(limit) / int(period))
    except (OSError, ValueError):
        allowed = affinity
    return max(1, min(affinity, allowed))


def use_available_cores() -> None:
    """Let torch, which reads this when it is loaded, use those cores; what the user has set stays."""
    os.environ.setdefault("OMP_NUM_THREADS", str(available_cores()))
