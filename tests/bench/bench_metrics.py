"""Fréchet distance beside the tools that people use. Run: `make bench`."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

import numpy as np
from pytorch_fid.fid_score import calculate_frechet_distance

from metrics import Features
from metrics.statistics.frechet import frechet_distance
from metrics.statistics.moments import moments_of
from tests.bench.drawn import DIMENSIONS, drawn_features, drawn_origin
from tests.bench.rows import BenchRow

Result = TypeVar("Result")


def rows() -> Iterator[BenchRow]:
    """All comparisons, one after the other."""
    yield bench_frechet(10_000, target=10)
    yield bench_frechet(1_000, target=50)


def bench_frechet(count: int, *, target: int) -> BenchRow:
    """Distance from the moments of two sets of `count` features, against `scipy.linalg.sqrtm`."""
    one, other = (drawn_features(count, seed) for seed in (0, 1))
    moments = [moments_of(Features(values, drawn_origin(count))) for values in (one, other)]
    peers = [(values.double().mean(0).numpy(), np.cov(values.double().numpy().T)) for values in (one, other)]
    # New evidence each time: of the same, the distance is remembered.
    ours_s, ours = _best(lambda: frechet_distance(*map(replace, moments)), repeats=3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SciPy's plans for sqrtm
        peer_s, peer = _best(lambda: calculate_frechet_distance(*peers[0], *peers[1]), repeats=1)
    return BenchRow(
        name=f"Fréchet distance, {count:,} × {DIMENSIONS:,} features a side",
        ours=f"{ours_s:.2f} s",
        peer=f"{peer_s:.2f} s (scipy.linalg.sqrtm in pytorch-fid)",
        ratio=peer_s / ours_s,
        agreement=f"{abs(ours - peer) / peer:.1e} relative",
        target=f"≥ {target}×, 1e-6",
    )


def _best(run: Callable[[], Result], repeats: int) -> tuple[float, Result]:
    """Shortest time of several runs, and the result."""
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        result = run()
        seconds.append(time.perf_counter() - started)
    return min(seconds), result


if __name__ == "__main__":
    for row in rows():
        print(row)
