"""Kernel and neighbour metrics beside torch-fidelity and prdc: time, and peak memory.

Each side runs in a process of its own, so that neither's memory counts as the other's. Its peak is the whole
process's, torch and the features included; what it takes beside those is how far it rises while it measures.
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
import contextlib, json, sys, time
from tests.bench.drawn import drawn_features, drawn_origin
from tests.bench.memory import memory_gib

def ours_kid(reference, generated):
    from metrics import Features
    from metrics.catalogue.kid import kid
    sets = [Features(values, drawn_origin(len(values))) for values in (reference, generated)]
    return lambda: {name: found.value for name, found in kid(*sets, seed=2020).items()}

def ours_prdc(reference, generated):
    from metrics import Features
    from metrics.catalogue.density_coverage import density_coverage
    from metrics.catalogue.precision_recall import precision_recall
    sets = [Features(values, drawn_origin(len(values))) for values in (reference, generated)]
    def run():
        found = precision_recall(*sets, neighbours=5) | density_coverage(*sets)
        return {name: item.value for name, item in found.items() if name != "f1_score"}
    return run

def peer_kid(reference, generated):
    from torch_fidelity.metric_kid import kid_features_to_metric
    settings = dict(kid_subsets=100, kid_subset_size=1000, rng_seed=2020, verbose=False)
    title = "kernel_inception_distance_mean"
    return lambda: {"kid": kid_features_to_metric(generated, reference, **settings)[title]}

def peer_prdc(reference, generated):
    import prdc
    sets = reference.numpy(), generated.numpy()
    return lambda: {name: float(value) for name, value in prdc.compute_prdc(*sets, 5).items()}

def peer_precision(reference, generated):
    from torch_fidelity.metric_prc import prc_features_to_metric
    def run():
        found = prc_features_to_metric(generated, reference, prc_neighborhood=5, verbose=False)
        return {"precision": found["precision"], "recall": found["recall"]}
    return run

# What is loaded and drawn first counts to no side's time.
run = globals()[sys.argv[2]](*(drawn_features(int(sys.argv[1]), seed) for seed in (0, 1)))
before = memory_gib("VmRSS")
started = time.perf_counter()
with contextlib.redirect_stdout(sys.stderr):
    values = run()
seconds = time.perf_counter() - started
peak = memory_gib("VmHWM")
print(json.dumps({"seconds": seconds, "peak_gib": peak, "beside_gib": peak - before, "values": values}))
"""
FEW, MANY, PEER_MANY = 5_000, 50_000, 10_000
"""Many are too many for a matrix of all distances to be kept; ours takes a minute and a half for them."""


@dataclass(frozen=True)
class _Side:
    """What one process took, and what it found."""

    seconds: float
    peak_gib: float
    beside_gib: float
    values: dict[str, float]

    @property
    def text(self) -> str:
        return f"{self.seconds:.1f} s, peak {self.peak_gib:.2f} GiB ({self.beside_gib:.2f} to measure)"


def rows() -> Iterator[BenchRow]:
    """All comparisons, one after the other."""
    yield _compare("KID, 100 subsets of 1,000", "ours_kid", "peer_kid", "torch-fidelity")
    yield _compare("Precision, recall, density, coverage", "ours_prdc", "peer_prdc", "prdc")
    yield _compare(
        "The same four beside two", "ours_prdc", "peer_precision", "torch-fidelity, precision and recall"
    )
    ours, peer = _run(MANY, "ours_prdc"), _run(PEER_MANY, "peer_prdc")
    yield BenchRow(
        name=f"The same four at {MANY:,} × 2,048 a side, the peer at {PEER_MANY:,}; ratio of memory",
        ours=ours.text,
        peer=f"{peer.text} (prdc, {(MANY // PEER_MANY) ** 2} times fewer pairs)",
        ratio=peer.beside_gib / ours.beside_gib,
        agreement="-",
        target="≤ 2 GiB to measure",
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
