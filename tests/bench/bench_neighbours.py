"""Kernel and neighbour metrics beside torch-fidelity and prdc: time, and peak memory.

Each side runs in a process of its own, so that neither's memory counts as the other's.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.rows import BenchRow

SIDE = """
import contextlib, json, os, resource, sys, time
import torch
from metrics import Features
from metrics.catalogue.density_coverage import density_coverage
from metrics.catalogue.kid import kid
from metrics.catalogue.precision_recall import precision_recall
from tests.bench.bench_metrics import _features, _origin

count = int(sys.argv[1])
reference, generated = (_features(count, seed) for seed in (0, 1))
if "ours" in sys.argv[2]:
    reference, generated = (Features(values, _origin(count)) for values in (reference, generated))

def ours_kid():
    return {name: found.value for name, found in kid(reference, generated, seed=2020).items()}

def ours_prdc():
    found = precision_recall(reference, generated, neighbours=5) | density_coverage(reference, generated)
    return {name: item.value for name, item in found.items() if name != "f1_score"}

def peer_kid():
    from torch_fidelity.metric_kid import kid_features_to_metric
    found = kid_features_to_metric(
        generated, reference, kid_subsets=100, kid_subset_size=1000, rng_seed=2020, verbose=False
    )
    return {"kid": found["kernel_inception_distance_mean"]}

def peer_prdc():
    import prdc
    return {k: float(v) for k, v in prdc.compute_prdc(reference.numpy(), generated.numpy(), 5).items()}

def peer_precision():
    from torch_fidelity.metric_prc import prc_features_to_metric
    found = prc_features_to_metric(generated, reference, prc_neighborhood=5, verbose=False)
    return {"precision": found["precision"], "recall": found["recall"]}

run = globals()[sys.argv[2]]
started = time.perf_counter()
with contextlib.redirect_stdout(sys.stderr):
    values = run()
seconds = time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
print(json.dumps({"seconds": seconds, "peak_gib": peak, "values": values}))
"""
FEW, MANY, PEER_MANY = 5_000, 15_000, 10_000
"""Many are too many for a matrix of all distances to be kept; at 50,000 ours takes some eight minutes."""


@dataclass(frozen=True)
class _Side:
    """What one process took, and what it found."""

    seconds: float
    peak_gib: float
    values: dict[str, float]

    @property
    def text(self) -> str:
        return f"{self.seconds:.1f} s, peak {self.peak_gib:.2f} GiB"


def rows() -> Iterator[BenchRow]:
    """All comparisons, one after the other."""
    yield _compare("KID, 100 subsets of 1,000", "ours_kid", "peer_kid", "torch-fidelity")
    yield _compare("Precision, recall, density, coverage", "ours_prdc", "peer_prdc", "prdc")
    yield _compare(
        "The same four beside two", "ours_prdc", "peer_precision", "torch-fidelity, precision and recall"
    )
    ours, peer = _run(MANY, "ours_prdc"), _run(PEER_MANY, "peer_prdc")
    yield BenchRow(
        name=f"Precision, recall, density, coverage, {MANY:,} × 2,048 a side",
        ours=ours.text,
        peer=f"{PEER_MANY:,} × 2,048 a side: {peer.text} (prdc)",
        ratio=peer.peak_gib / ours.peak_gib,
        agreement="-",
        target="2 GiB beside the features (0.8 GiB) and torch",
    )


def _compare(name: str, ours_name: str, peer_name: str, peer_title: str) -> BenchRow:
    ours, peer = _run(FEW, ours_name), _run(FEW, peer_name)
    gap = max(abs(ours.values[key] - value) / abs(value) for key, value in peer.values.items())
    return BenchRow(
        name=f"{name}, {FEW:,} × 2,048 a side",
        ours=ours.text,
        peer=f"{peer.text} ({peer_title})",
        ratio=peer.seconds / ours.seconds,
        agreement=f"{gap:.1e} relative",
        target="≥ 3×, less memory",
    )


@functools.cache
def _run(count: int, side: str) -> _Side:
    """The quicker of two runs, since a neighbour on the machine only ever slows one down."""
    return min((_once(count, side) for _ in range(2 if count == FEW else 1)), key=lambda found: found.seconds)


def _once(count: int, side: str) -> _Side:
    command = [sys.executable, "-c", SIDE, str(count), side]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return _Side(**json.loads(done.stdout.strip().splitlines()[-1]))
