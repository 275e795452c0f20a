"""Several processes at one training: what one process would do, by shares; really started by torchrun."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ganmodels.errors import SettingError
from ganmodels.recipe import Batch
from ganmodels.registry import get_model, model_names
from ganmodels.seeds import torch_rng
from ganmodels.shares import WHOLE, Share
from ganmodels.training.data import ImageData
from ganmodels.training.plan import Plan
from ganmodels.training.processes import ALONE, Processes, joined
from ganmodels.training.shuffle import Shuffle

ROOT = Path(__file__).parents[3]
CPU = torch.device("cpu")
TRAINED = [name for name in model_names() if get_model(name).recipe.players]
MakePlan = Callable[..., Plan]


def _gradients(plan: Plan, networks: nn.ModuleDict, data: ImageData, share: Share) -> Iterator[Tensor]:
    shuffle = Shuffle(data, 16, plan.recipe.image_range, seed=0, share=share)
    for turn, player in enumerate(plan.recipe.players):
        batch = Batch(
            shuffle.batch(turn, CPU),
            int(plan.settings["latent_size"]),
            torch_rng(0, "batch", turn),
            labels=shuffle.labels(turn, CPU),
            class_count=plan.class_count or 0,
            memory=plan.recipe.memory,
            share=share,
        )
        loss = plan.model.losses(player, networks, batch, plan.settings)["loss"]
        inputs = [parameter for name in player.networks for parameter in networks[name].parameters()]
        yield from torch.autograd.grad(loss, inputs)


@pytest.mark.parametrize("name", TRAINED)
def test_the_shares_of_a_batch_come_to_the_whole(
    name: str, make_plan: MakePlan, small_data: ImageData
) -> None:
    plan = make_plan(name, **({"pulling_away_weight": "0"} if name == "ebgan" else {}))
    networks = plan.model.networks(small_data.shape, plan.settings, seed=0)
    networks.eval()  # statistics are those of the start; singular values are not estimated anew
    whole = list(_gradients(plan, networks, small_data, WHOLE))
    parts = [list(_gradients(plan, networks, small_data, Share(index, 2))) for index in range(2)]
    for expected, *own in zip(whole, *parts, strict=True):
        torch.testing.assert_close(torch.stack(own).mean(0), expected, rtol=1e-3, atol=1e-5)


def test_a_batch_that_can_not_be_shared_equally_is_refused() -> None:
    Processes(1, 4).check_batch_size(64)
    ALONE.check_batch_size(3)
    with pytest.raises(SettingError, match="batch_size=99 "):
        Processes(0, 3).check_batch_size(100)
    with pytest.raises(SettingError, match="batch_size=16 "):
        Processes(0, 8).check_batch_size(8)


def test_without_torchrun_a_process_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with joined("cpu") as processes:
        assert processes == ALONE
        assert processes.leads
    losses = [torch.ones(2)]
    processes.average(losses)
    assert losses[0].tolist() == [1, 1]
    assert processes.largest(7) == 7
    processes.check_alike("anything")


def test_each_process_has_its_own_gpu() -> None:
    assert Processes(rank=3, size=4, local_rank=1).device("cuda") == torch.device("cuda", 1)
    assert Processes(rank=3, size=4, local_rank=1).device("cpu") == CPU


SCRIPT = """
import dataclasses, functools, json, sys
from pathlib import Path

import torch
from torch import nn

from ganmodels.recipe import Adam, Player
from ganmodels.registry import get_model
from ganmodels.training.data import ImageData
from ganmodels.training.loop import train
from ganmodels.training.plan import Plan
from ganmodels.training.processes import joined

folder, wanted = Path(sys.argv[1]), json.loads(sys.argv[2])
rng = torch.Generator().manual_seed(0)
images = torch.randint(0, 256, (64, 1, 16, 16), generator=rng, dtype=torch.uint8)
data = ImageData(images, "noise", "sha256:noise", torch.arange(64) % 10)


def blind(build):
    @functools.wraps(build)
    def wrapped(shape, **settings):
        networks = build(shape, **settings)
        for layer in networks.modules():
            if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
                layer.eval()  # by which one image of a batch would see the others
        return networks
    return wrapped


with joined("cpu") as processes:
    def diverging(networks, batch):
        loss = networks["generator"](batch.latents()).mean()
        return {"loss": loss * float("nan") if processes.rank == 1 else loss}

    for name, words in wanted.items():
        model, settings = get_model(name), {**words, "batch_size": "16"}
        plain, diverges = settings.pop("plain", ""), settings.pop("diverges", "")
        steps = int(settings.pop("steps", "3"))
        if plain:
            model = dataclasses.replace(model, build=blind(model.build))
        plan = dataclasses.replace(Plan.make(model, settings, steps), log_every=1, save_every=2)
        if diverges:
            player = Player(("generator",), diverging, Adam(1e-3))
            plan = dataclasses.replace(plan, recipe=dataclasses.replace(plan.recipe, players=(player,)))
        out = folder / name
        resume = "resume" in sys.argv
        should_stop = lambda: "stop" in sys.argv and processes.rank == 1
        try:
            step = train(
                plan, data, out, processes=processes, resume=resume, should_stop=should_stop
            )
            print(f"{name} rank {processes.rank} reached {step}", flush=True)
        except Exception as error:
            print(f"{name} rank {processes.rank} {type(error).__name__}: {error}", flush=True)

threads = [(task / "comm").read_text() for task in Path("/proc/self/task").iterdir()]
assert not any("gloo" in thread for thread in threads), "threads of the exchange are left"
"""


def _torchrun(processes: int, *words: str) -> list[str]:
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    return [sys.executable, *launcher, *words]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def _run(folder: Path, processes: int, wanted: dict[str, Any], *words: str) -> str:
    folder.mkdir(exist_ok=True)
    script = folder / "script.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        _torchrun(processes, str(script), str(folder), json.dumps(wanted), *words),
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _lines(folder: Path, name: str) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / name / "log.jsonl").read_text().splitlines()]


NARROW = {"latent_size": "16", "width": "4"}
WHERE_THERE_IS_ONE = ("critic_width", "discriminator_width")


def _narrow(name: str) -> dict[str, str]:
    known = get_model(name).settings
    wide = {setting: "4" for setting in WHERE_THERE_IS_ONE if setting in known}
    return {**NARROW, **wide, **({"pulling_away_weight": "0"} if name == "ebgan" else {})}


@pytest.mark.slow
def test_two_processes_train_as_one_where_no_layer_looks_at_the_batch(tmp_path: Path) -> None:
    """Every model, its second derivatives, heads and memories included; two go on as the other number."""
    wanted = {name: {**_narrow(name), "plain": "yes"} for name in TRAINED}
    folders = {size: tmp_path / str(size) for size in (1, 2)}
    for size, folder in folders.items():
        told = _run(folder, size, wanted)
        assert told.count("reached 3") == size * len(TRAINED), told
    later = {name: {**wanted[name], "steps": "5"} for name in ("began", "wgan_gp")}
    for size, folder in zip((2, 1), folders.values(), strict=True):
        assert _run(folder, size, later, "resume").count("reached 5") == size * len(later)
    for name in TRAINED:
        for one, two in zip(*(_lines(folder, name) for folder in folders.values()), strict=True):
            losses = one.keys() - {"images_per_s", "waiting_for_data"}
            assert {key: two[key] for key in losses} == pytest.approx(
                {key: one[key] for key in losses}, rel=2e-3, abs=2e-4
            ), name


@pytest.mark.slow
def test_two_processes_train_every_model_as_it_is(tmp_path: Path) -> None:
    told = _run(tmp_path, 2, {name: _narrow(name) for name in TRAINED})
    assert told.count("reached 3") == 2 * len(TRAINED), told
    for name in TRAINED:
        assert [line["step"] for line in _lines(tmp_path, name)] == [1, 2, 3]


@pytest.mark.slow
def test_what_one_process_meets_stops_all(tmp_path: Path) -> None:
    told = _run(tmp_path, 2, {"vae": {**NARROW, "diverges": "yes"}})
    assert told.count("DivergenceError: generator.loss became nan by step 1") == 2
    assert not (tmp_path / "vae" / "state.safetensors").exists()
    told = _run(tmp_path, 2, {"gan": {"latent_size": "8", "width": "4", "steps": "9"}}, "stop")
    assert told.count("reached 1") == 2


@pytest.mark.slow
@pytest.mark.parametrize("to_a_worker", [True, False])
def test_a_signal_saves_once_and_stops_all(tmp_path: Path, small_data: ImageData, to_a_worker: bool) -> None:
    np.savez(tmp_path / "images.npz", small_data.images[:, 0].numpy())
    out = tmp_path / "out"
    words = ["-m", "ganmodels", "train", "gan", "--data", str(tmp_path / "images.npz"), "--out", str(out)]
    words += ["--steps", "1000000", "--set", "width=4", "--set", "batch_size=16"]
    agent = subprocess.Popen(
        _torchrun(2, *words), env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 100
    while not ((out / "log.jsonl").exists() and (out / "log.jsonl").stat().st_size):
        assert agent.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    if to_a_worker:
        children = Path(f"/proc/{agent.pid}/task/{agent.pid}/children").read_text().split()
        os.kill(int(children[-1]), signal.SIGTERM)
    else:
        agent.send_signal(signal.SIGTERM)
    told, problems = agent.communicate(timeout=60)
    assert agent.returncode != 0
    assert told.count(f"saved in {out}") == 1, problems
    assert "Traceback" not in problems.split("torch/distributed")[0]
    lines = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    assert f"step {lines[-1]['step']} of" in told
    assert (out / "state.safetensors").exists()


def test_a_share_is_a_run_of_rows() -> None:
    rows = torch.arange(6)
    assert torch.cat([Share(index, 3).of(rows) for index in range(3)]).tolist() == rows.tolist()
    assert Share(1, 3).of(rows).tolist() == [2, 3]
    assert replace(WHOLE).of(rows).tolist() == rows.tolist()
