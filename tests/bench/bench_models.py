"""Training beside loops that a person would write by hand, and sampling beside the bare network."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch.utils.flop_counter import FlopCounterMode

from ganmodels.recipe import Batch
from ganmodels.registry import get_model, model_names
from ganmodels.training.data import ImageData
from ganmodels.training.log import TrainingLog
from ganmodels.training.loop import advance
from ganmodels.training.plan import Plan
from ganmodels.training.shuffle import Shuffle
from ganmodels.training.state import TrainingState, clip_parameters
from tests.bench.rows import BenchRow

SHAPE = (1, 32, 32)
ROUNDS, ROUND_S, MOST_STEPS = 5, 0.8, 50
BATCH_SIZES = (1, 8, 64, 512)
SAMPLES = 512
ZOO = Path(__file__).parents[2] / "ganmodels" / "zoo" / "wgan_gp_fashion_mnist.safetensors"
SAMPLING = """
import json, sys, time
from pathlib import Path
import torch
from ganmodels.checkpoints import load
from tests.bench.memory import memory_gib

path, batch_size, count, side = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
generator = load(path)
latents = torch.randn(count, generator.latent_size, generator=torch.Generator().manual_seed(0))

def ours():
    return [batch for batch in generator.iter_samples(count, 0, batch_size=batch_size)]

@torch.inference_mode()
def bare():
    return [
        ((generator.network(some) + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
        for some in latents.split(batch_size)
    ]

run = {"ours": ours, "bare": bare}[side]
seconds = []
for _ in range(3):
    started = time.perf_counter()
    run()
    seconds.append(time.perf_counter() - started)
peak = 1024 * memory_gib("VmHWM")
print(json.dumps({"images_per_s": count / min(seconds), "peak_mib": peak}))
"""
Step = Callable[[], None]


@dataclass
class Contestant:
    """A loop, and the seconds that each of its rounds took for a step."""

    step: Step
    seconds: list[float] = field(default_factory=list)

    def take_a_turn(self, steps: int) -> None:
        started = time.perf_counter()
        for _ in range(steps):
            self.step()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        self.seconds.append((time.perf_counter() - started) / steps)

    @property
    def steps_per_s(self) -> float:
        return 1 / min(self.seconds)


def rows() -> Iterator[BenchRow]:
    """Every recipe's training, then sampling at each batch size."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    for name in model_names():
        if get_model(name).recipe.players:
            yield _training(Plan.make(get_model(name), {}), device)
    for precision in ("float32", "bfloat16") if device.type == "cuda" else ("float32",):
        yield _share_of_peak(Plan.make(get_model("dcgan"), {"precision": precision}), device)
    for batch_size in BATCH_SIZES:
        yield _sampling(batch_size)


def _training(plan: Plan, device: torch.device) -> BenchRow:
    data = _noise()
    ours, hand = Contestant(_ours(plan, data, device)), Contestant(_by_hand(plan, data, device))
    for contestant in (ours, hand):
        contestant.take_a_turn(2)  # memory found, kernels chosen
    steps = min(max(round(ROUND_S / ours.seconds[-1]), 1), MOST_STEPS)
    for number in range(ROUNDS):  # in turn, so that a busy machine is unfair to nobody
        for contestant in (ours, hand) if number % 2 else (hand, ours):
            contestant.take_a_turn(steps)
    return BenchRow(
        name=f"Training {plan.model.name}, 32 px grey, batch {plan.recipe.batch_size}, {device.type}",
        ours=f"{ours.steps_per_s:.2f} steps/s",
        peer=f"{hand.steps_per_s:.2f} steps/s (loop by hand)",
        ratio=ours.steps_per_s / hand.steps_per_s,
        agreement="same networks, objectives, optimisers, average",
        target="≥ 0.95",
    )


def _ours(plan: Plan, data: ImageData, device: torch.device) -> Step:
    state = TrainingState(plan, data.shape, device)
    shuffle = Shuffle(data, plan.recipe.batch_size, plan.recipe.image_range, plan.seed)
    log = TrainingLog(None, 0)

    def step() -> None:
        advance(plan, state, shuffle, log, device)
        if state.step % plan.log_every == 0:
            log.write(state.step)

    return step


def _by_hand(plan: Plan, data: ImageData, device: torch.device) -> Step:
    """What is left if nothing is logged, looked at for NaN, resumed, or the same twice."""
    recipe, model = plan.recipe, plan.model
    networks = model.networks(data.shape, plan.settings, 0).to(device).to(memory_format=torch.channels_last)
    average = copy.deepcopy(networks["generator"])
    moved = {p.name: [w for name in p.networks for w in networks[name].parameters()] for p in recipe.players}
    optimizers = {p.name: p.optimizer.make(moved[p.name]) for p in recipe.players}
    images, labels, rng = data.images.to(device), data.labels.to(device), torch.Generator().manual_seed(0)
    low, high = recipe.image_range
    memory = dict(recipe.memory)

    def step() -> None:
        nonlocal memory
        said = {}
        for player in recipe.players:
            for _ in range(player.updates):
                chosen = torch.randint(len(images), (recipe.batch_size,), device=device)
                real = images[chosen].float() * ((high - low) / 255) + low
                batch = Batch(
                    real,
                    int(plan.settings["latent_size"]),
                    rng,
                    labels[chosen],
                    plan.class_count or 0,
                    memory,
                )
                losses = model.losses(player, networks, batch, plan.settings)
                optimizers[player.name].zero_grad()
                losses["loss"].backward(inputs=moved[player.name])
                optimizers[player.name].step()
                clip_parameters(moved[player.name], player.clip)
                said |= {f"{player.name}.{name}": value for name, value in losses.items()}
        if recipe.update_memory is not None:
            memory = model.update_memory(memory, {k: v.item() for k, v in said.items()}, plan.settings)
        with torch.no_grad():
            for old, new in zip(average.parameters(), networks["generator"].parameters(), strict=True):
                old.lerp_(new, 1 - recipe.ema_decay)

    return step


def _noise() -> ImageData:
    rng = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (2048, *SHAPE), generator=rng, dtype=torch.uint8)
    return ImageData(images, "noise", "sha256:noise", torch.arange(2048) % 10)


def _share_of_peak(plan: Plan, device: torch.device) -> BenchRow:
    """How much of what the device multiplies at best a training makes use of."""
    ours = Contestant(_ours(plan, _noise(), device))
    ours.take_a_turn(2)
    with FlopCounterMode(display=False) as counter:
        ours.step()
    for _ in range(ROUNDS):
        ours.take_a_turn(1 if device.type == "cpu" else MOST_STEPS)
    dtype = torch.bfloat16 if plan.recipe.precision == "bfloat16" else torch.float32
    side = 1024 if device.type == "cpu" else 8192
    matrix = torch.ones(side, side, device=device, dtype=dtype)
    best = Contestant(lambda: torch.mm(matrix, matrix))
    for _ in range(ROUNDS):
        best.take_a_turn(3)
    done, possible = counter.get_total_flops() * ours.steps_per_s, 2 * side**3 * best.steps_per_s
    seen = plan.recipe.batch_size * sum(player.updates for player in plan.recipe.players)
    return BenchRow(
        name=f"Training {plan.model.name}, {plan.recipe.precision}, {device.type}: share of its product rate",
        ours=f"{seen * ours.steps_per_s:.0f} images/s, {done / 1e9:.0f} GFLOP/s",
        peer=f"{possible / 1e9:.0f} GFLOP/s (one matrix product, {side} × {side})",
        ratio=done / possible,
        agreement="-",
        target="-",
    )


def _sampling(batch_size: int) -> BenchRow:
    ours, bare = (_sample(batch_size, side) for side in ("ours", "bare"))
    return BenchRow(
        name=f"Sampling wgan_gp, 32 px grey, batches of {batch_size}, cpu",
        ours=f"{ours['images_per_s']:.0f} images/s, peak {ours['peak_mib']:.0f} MiB",
        peer=f"{bare['images_per_s']:.0f} images/s, peak {bare['peak_mib']:.0f} MiB (the network alone)",
        ratio=ours["images_per_s"] / bare["images_per_s"],
        agreement="ours the same for any batch size",
        target="-",
    )


def _sample(batch_size: int, side: str) -> dict[str, float]:
    command = [sys.executable, "-c", SAMPLING, str(ZOO), str(batch_size), str(SAMPLES), side]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found
