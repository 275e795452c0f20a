"""The export of a million trials: rows a second, and memory that does not grow with them."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.rows import BenchRow
from tests.bench.site import ROOT, STUDY, BenchSite

MANY, FEW = 1_000_000, 100_000
FILL = """
from django.utils import timezone
from evalsite.studies.models import Study
from evalsite.studies.services import current_version
from evalsite.trials.services import ImportedJudgement, import_responses
study = Study.objects.get(slug="bench")
said = ("real", "generated")
rows = (ImportedJudgement(participant=f"{{rater}}", condition="rings", truth=said[trial % 2],
        answer=said[(trial * 7 + rater) % 3 % 2], rt_ms=5e2)
        for rater in range({first}, {last}) for trial in range(1000))
import_responses(study=study, version=current_version(study), rows=rows, now=timezone.now())
"""
MEASURED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def rows() -> Iterator[BenchRow]:
    """Both sizes of export, one after the other, from one database."""
    with tempfile.TemporaryDirectory() as folder:
        site = BenchSite(Path(folder))
        site.set_up()
        site.shell(FILL.format(first=0, last=FEW // 1000))
        few = _export(site)
        site.shell(FILL.format(first=FEW // 1000, last=MANY // 1000))
        many = _export(site)
    yield BenchRow(
        name=f"Export of {MANY:,} trials as CSV",
        ours=f"{MANY / many.seconds:,.0f} rows/s, peak {many.peak_mb:.0f} MB",
        peer=f"{FEW:,} rows: {FEW / few.seconds:,.0f} rows/s, peak {few.peak_mb:.0f} MB",
        ratio=many.peak_mb / few.peak_mb,
        agreement=f"{many.lines - 1:,} rows written",
        target="memory ratio about 1",
    )


class _Export:
    """What one export took."""

    def __init__(self, seconds: float, peak_mb: float, lines: int) -> None:
        self.seconds, self.peak_mb, self.lines = seconds, peak_mb, lines


def _export(site: BenchSite) -> _Export:
    out = site.data / "trials.csv"
    out.unlink(missing_ok=True)
    command = [sys.executable, str(ROOT / "manage.py"), "export", STUDY, "trials", "--out", str(out)]
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *command],
        env=site.environment,
        check=True,
        capture_output=True,
        text=True,
    )
    seconds = time.perf_counter() - started
    with out.open("rb") as file:
        lines = sum(1 for _ in file)
    return _Export(seconds, int(done.stdout.split()[-1]) / 1024, lines)
