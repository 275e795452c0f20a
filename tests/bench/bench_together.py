"""All metrics that look at one network's features, together: on cached features, and with their extraction.

The features are made up (see `bench_metrics`): the work depends on their number and spectrum, not on what
they mean.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import torch

from metrics import open_images
from metrics.extractors.extraction import Pass
from metrics.extractors.opening import open_extractor
from metrics.extractors.registry import WeightsRequest
from metrics.images.protocols import get_protocol
from tests.bench.bench_features import write_images
from tests.bench.rows import BenchRow

IMAGES = 10_000
LOOKED_AT = 64
NAMED = 6
SIDE = """
import json, sys, time
from dataclasses import replace
from metrics import Features, evaluate
from tests.bench.drawn import drawn_features, drawn_origin
from tests.bench.memory import memory_gib

count, wanted, roles = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
origin = replace(drawn_origin(count), extractor="inception_v3", protocol="clean")
sets = {role: Features(drawn_features(count, seed), origin) for seed, role in enumerate(roles)}
started = time.perf_counter()
found = evaluate(metrics=[wanted], **sets)
print(json.dumps({
    "seconds": time.perf_counter() - started,
    "peak_gib": memory_gib("VmHWM"),
    "each": {result.metric: result.seconds for result in found},
}))
"""


@dataclass(frozen=True)
class _Side:
    """What one process took, and each metric in it."""

    seconds: float
    peak_gib: float
    each: dict[str, float]

    @property
    def text(self) -> str:
        return f"{len(self.each)} metrics, {self.seconds:.1f} s, peak {self.peak_gib:.2f} GiB"

    @property
    def slowest(self) -> str:
        names = sorted(self.each, key=lambda name: -self.each[name])[:NAMED]
        return "slowest: " + ", ".join(f"{name} {self.each[name]:.1f} s" for name in names)


def rows() -> Iterator[BenchRow]:
    """Two sets, three sets, and what extraction makes of it."""
    alone = _run("fid", "reference", "generated")
    for roles in (("reference", "generated"), ("reference", "generated", "held_out")):
        together = _run("all", *roles)
        for name, seconds in together.each.items():
            print(f"  {name:24} {seconds:7.2f} s", flush=True)
        yield BenchRow(
            name=f"All metrics on cached features, {len(roles)} sets of {IMAGES:,} × 2,048",
            ours=together.text,
            peer=f"FID alone {alone.seconds:.1f} s",
            ratio=together.seconds / alone.seconds,
            agreement=together.slowest,
            target="< 60 s",
        )
        extraction = len(roles) * IMAGES / _images_per_second()
        yield BenchRow(
            name=f"The same with their extraction on this machine's CPU, {len(roles)} sets",
            ours=f"{extraction + together.seconds:,.0f} s",
            peer=f"FID alone, after extraction of as many sets: {extraction + alone.seconds:,.0f} s",
            ratio=(extraction + together.seconds) / (extraction + alone.seconds),
            agreement=f"extraction reckoned from {LOOKED_AT} images",
            target="≤ 1.1",
        )


def _run(wanted: str, *roles: str) -> _Side:
    command = [sys.executable, "-c", SIDE, str(IMAGES), wanted, *roles]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return _Side(**json.loads(done.stdout.strip().splitlines()[-1]))


def _images_per_second() -> float:
    request = WeightsRequest(frozenset({"features"}))
    extractor = open_extractor("inception_v3", request, torch.device("cpu"))
    with TemporaryDirectory() as folder:
        images = open_images(write_images(Path(folder) / "images", LOOKED_AT))
        over = Pass(images, extractor, get_protocol("clean"))
        list(over.chunks(lambda _: None))  # compiled, and the files in memory
        started = perf_counter()
        list(over.chunks(lambda _: None))
        return LOOKED_AT / (perf_counter() - started)
