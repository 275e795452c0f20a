"""``python -m tests.bench [NAME …]``: run every benchmark and write docs/benchmarks.md."""

from __future__ import annotations

import argparse
import importlib
import math
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

import torch

from tests.bench.rows import BenchRow
from tests.house.checkout import refuse_another_checkout

HERE = Path(__file__).resolve().parent
REPORT = HERE.parents[1] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `make bench`; `python -m tests.bench NAME` measures one section anew. Both sides of a ratio ran in
one run on the same data: ratios travel between machines, seconds do not.
"""
SECTION = """## {name}

Measured on {day}: {cores} cores, {machine}, Python {python}, torch {torch}.

| what | ours | peer | ratio | agreement | target |
| --- | --- | --- | --- | --- | --- |
"""


def main(words: list[str]) -> None:
    """Run the benchmarks asked for, all by default, and write their sections."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalsite.settings")
    known = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}; default: all")
    names = parser.parse_args(words).names or known
    if unknown := sorted({*names} - {*known}):
        parser.error(f"no benchmark named {', '.join(unknown)}; there are {', '.join(known)}")
    refuse_another_checkout(HERE.parents[1])
    for name in names:
        print(f"· {name}", flush=True)
        lines = []
        for row in importlib.import_module(f"tests.bench.bench_{name}").rows():
            lines.append(_line(row))
            print(lines[-1], flush=True)
        _write(name, _section(name) + "\n".join(lines) + "\n")


def _write(name: str, section: str) -> None:
    """Put one section into the report; the others stay as they were measured."""
    found = REPORT.read_text().split("\n## ")[1:] if REPORT.exists() else []
    sections = {text.partition("\n")[0]: f"## {text.rstrip()}\n" for text in found}
    sections[name] = section
    REPORT.write_text("\n".join([HEAD, *(sections[key] for key in sorted(sections))]))


def _line(row: BenchRow) -> str:
    ratio = "-" if math.isnan(row.ratio) else f"{row.ratio:.2f}"
    return f"| {row.name} | {row.ours} | {row.peer} | {ratio} | {row.agreement} | {row.target} |"


def _section(name: str) -> str:
    return SECTION.format(
        name=name,
        day=datetime.now(UTC).date(),
        cores=len(os.sched_getaffinity(0)),
        machine=platform.machine(),
        python=platform.python_version(),
        torch=torch.__version__.split("+")[0],
    )


if __name__ == "__main__":
    main(sys.argv[1:])
