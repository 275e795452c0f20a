"""``python -m tests.bench [NAME …]``: run every benchmark and write docs/benchmarks.md."""

from __future__ import annotations

import importlib
import math
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

import torch

from tests.bench.rows import BenchRow

HERE = Path(__file__).parent
REPORT = HERE.parents[1] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `make bench` on {day}: {cores} cores, {machine}, Python {python}, torch {torch}. Both sides of a
ratio ran in one run on the same data; ratios travel between machines, seconds do not.

| what | ours | peer | ratio | agreement | target |
| --- | --- | --- | --- | --- | --- |
"""


def main(wanted: list[str]) -> None:
    """Run the benchmarks asked for, all by default; only a whole run is written down."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalsite.settings")
    names = wanted or sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    lines = []
    for name in names:
        print(f"· {name}", flush=True)
        for row in importlib.import_module(f"tests.bench.bench_{name}").rows():
            lines.append(_line(row))
            print("  " + lines[-1], flush=True)
    if not wanted:
        REPORT.write_text(_head() + "\n".join(lines) + "\n")
        print(f"written to {REPORT.relative_to(HERE.parents[1])}")


def _line(row: BenchRow) -> str:
    ratio = "-" if math.isnan(row.ratio) else f"{row.ratio:.2f}"
    return f"| {row.name} | {row.ours} | {row.peer} | {ratio} | {row.agreement} | {row.target} |"


def _head() -> str:
    return HEAD.format(
        day=datetime.now(UTC).date(),
        cores=len(os.sched_getaffinity(0)),
        machine=platform.machine(),
        python=platform.python_version(),
        torch=torch.__version__.split("+")[0],
    )


if __name__ == "__main__":
    main(sys.argv[1:])
