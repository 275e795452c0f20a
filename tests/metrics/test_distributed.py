"""Several real processes, started by torchrun as a user starts them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from metrics.distributed import ALONE, Workers, joined

SCRIPT = """
import sys
from pathlib import Path

import torch

from metrics import Extractor, open_images
from metrics.distributed import joined
from metrics.extractors import extraction
from metrics.extractors.extraction import Pass
from metrics.images.protocols import get_protocol


class Means:
    def __call__(self, pixels):
        return {"features": pixels.mean(dim=(2, 3)), "probabilities": pixels.mean(dim=(2, 3)).softmax(1)}

    def to(self, device):
        return self


extraction.CHUNK_IMAGES = 10
pixels = torch.arange(33 * 3 * 4 * 4).view(33, 3, 4, 4).remainder(251).to(torch.uint8)
extractor = Extractor("means", "Means", "", frozenset({"features", "probabilities"}), 8, ("tf1",), Means())
with joined() as workers:
    if workers.rank == 1 and "die" in sys.argv:
        raise SystemExit(3)
    over = Pass(open_images(pixels), extractor, get_protocol("tf1"), workers=workers)
    if workers.leads:
        chunks = list(over.chunks(lambda images: None))
        rows = {name: torch.cat([chunk[name] for chunk in chunks]) for name in chunks[0]}
        torch.save(rows, Path(sys.argv[1]) / f"of {workers.size}.pt")
    else:
        over.contribute(lambda images: None)
    torch.optim.Adam([torch.nn.Parameter(torch.ones(1))]).step()

threads = [(task / "comm").read_text() for task in Path("/proc/self/task").iterdir()]
assert not any("gloo" in thread for thread in threads), "threads of the exchange are left"
"""


def _run(tmp_path, processes: int, *words: str) -> subprocess.CompletedProcess[str]:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    return _torchrun(processes, str(script), str(tmp_path), *words)


def _torchrun(processes: int, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    return subprocess.run(
        [*command, *words],
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


@pytest.mark.slow
def test_two_processes_give_what_one_gives(tmp_path):
    for processes in (1, 2):
        done = _run(tmp_path, processes)
        assert done.returncode == 0, done.stderr
    one, two = (torch.load(tmp_path / f"of {processes}.pt") for processes in (1, 2))
    assert one["features"].shape == (33, 3)
    assert all(torch.allclose(one[name], two[name], rtol=1e-6, atol=1e-7) for name in one)


@pytest.mark.slow
def test_a_process_that_dies_ends_the_others_with_a_sentence(tmp_path):
    done = _run(tmp_path, 2, "die")
    assert done.returncode != 0
    assert not list(tmp_path.glob("*.pt"))


@pytest.mark.slow
def test_the_command_gives_the_same_values_on_two_processes_and_prints_once(tmp_path, pictures):
    sets = {"generated": pictures(0, 530), "reference": pictures(1, 300)}
    for role, pixels in sets.items():
        np.savez(tmp_path / f"{role}.npz", arr_0=pixels)
    command = [
        "-m",
        "metrics",
        "evaluate",
        "--metrics",
        "fid,kid",
        "--extractor",
        "pixels@8",
        "--no-cache",
        *(word for role in sets for word in (f"--{role}", str(tmp_path / f"{role}.npz"))),
    ]
    values = {}
    for processes in (1, 2):
        file = tmp_path / f"{processes}.json"
        done = _torchrun(processes, *command, "--json", str(file))
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("530 generated images") == 1
        values[processes] = [result["value"] for result in json.loads(file.read_text())["results"]]
    assert values[2] == pytest.approx(values[1], rel=1e-6)


def test_without_torchrun_a_process_is_alone(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with joined() as workers:
        assert workers == ALONE
        assert workers.leads


def test_each_process_has_its_own_gpu():
    assert Workers(rank=3, size=4, local_rank=1).device("cuda") == "cuda:1"
    assert Workers(rank=3, size=4, local_rank=1).device("cpu") == "cpu"
    assert ALONE.device("cuda") == "cuda"
