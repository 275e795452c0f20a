"""``make validity``: docs/validity.json and docs/validity.md, for reviewers.

Simulates what the code of an estimator made stale (``--all``: everything), runs the tests that compare
numbers with other implementations, and writes both files. From nothing it takes half an hour on two cores.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

from tests.house.checkout import refuse_another_checkout
from tests.house.limits import ROOT
from tests.support.agreement import RECORD
from tests.validity import report

CHECKED = ("tests/metrics/catalogue", "tests/evalsite/tasks", "tests/evalsite/results")
"""Tests that compare numbers with other implementations."""


def main() -> None:
    """Do what is stale and write the files."""
    parser = argparse.ArgumentParser(prog="python -m tests.validity", description=__doc__)
    parser.add_argument("--all", action="store_true", help="simulate everything again")
    parser.add_argument("--page", action="store_true", help="only write the page from docs/validity.json")
    options = parser.parse_args()
    refuse_another_checkout(ROOT)
    known = report.read()
    if not options.page:
        stale = [
            design
            for design in report.DESIGNS
            if options.all or known.digests.get(design.key) != design.digest
        ]
        print(f"{len(stale)} of {len(report.DESIGNS)} designs to simulate", flush=True)
        known = known.without_others()
        with multiprocessing.get_context("fork").Pool(len(os.sched_getaffinity(0))) as pool:
            places = [report.DESIGNS.index(design) for design in stale]
            for done, (place, found) in enumerate(pool.imap_unordered(_simulate, places), start=1):
                design = report.DESIGNS[place]
                known = known.with_design(design, found)
                report.write(known)  # what is simulated stays, however this ends
                print(f"{done} of {len(stale)}: {design.key}", flush=True)
        known = known.with_agreements(_compare())
        report.write(known)
    report.PAGE.write_text(report.page(known), encoding="utf-8")
    print(f"Wrote {report.PAGE.relative_to(ROOT)}.")


def _simulate(place: int) -> tuple[int, report.Found]:
    torch.set_num_threads(1)
    return place, report.DESIGNS[place].run()


def _compare() -> list[str]:
    """Run the tests, slow ones too, and return what they recorded, one JSON object a line."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "agreements.jsonl"
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-m", "not browser", *CHECKED]
        subprocess.run(command, cwd=ROOT, env={**os.environ, RECORD: str(record)}, check=True)
        return record.read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    main()
