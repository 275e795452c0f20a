"""What a program holds in memory: getrusage's peak begins with that of the program that started it."""

from __future__ import annotations

from pathlib import Path


def memory_gib(what: str) -> float:
    """Memory of this program in GiB; `what` is VmRSS, now, or VmHWM, at the most."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines[what].split()[0]) / 2**20
