"""`docs/toys.md` and its pictures: ``python -m tests.ganmodels.toys.document`` trains and draws it all."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import torch
from matplotlib.figure import Figure

from ganmodels.toys.clipping import CriticRun, train_critic
from ganmodels.toys.comparisons import (
    collapse_figure,
    critics_figure,
    layers_figure,
    optimum_figure,
    weights_figure,
)
from ganmodels.toys.data import CHANCES, Toy, get_toy
from ganmodels.toys.figures import save_figure, surface_figure
from ganmodels.toys.held import fixed_generator
from ganmodels.toys.networks import Body
from ganmodels.toys.optimum import Optimum, train_discriminator
from ganmodels.toys.plan import HIDDEN_LAYERS, WIDTH, toy_plan
from ganmodels.toys.scores import mode_scores
from ganmodels.toys.training import ToyRun, train_toy
from tests.house.checkout import refuse_another_checkout

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = ROOT / "docs" / "toys.md"
PAGE = Path(__file__).with_name("page.md")
PICTURES = ROOT / "docs" / "images" / "toys"

LOOKS = 6
FAST = {"critic.learning_rate": "1e-3", "generator.learning_rate": "1e-3"}
COLLAPSE: Mapping[str, tuple[int, Mapping[str, str]]] = {
    "gan": (6000, {}),
    "lsgan": (6000, {}),
    "wgan_gp": (3000, FAST),
}
"""Steps and settings of the runs on the ring."""

DEEP, SHALLOW = Body(64, 12), Body(64, 3)
DEEP_STEPS, HELD_STEPS = 60, 300
BOUNDS = ("0.3", "0.1", "0.03")
"""Of twelve layers of 64 units: with c·√units near the paper's 0.1, 0.01 and 0.001 at 512 units."""

PILED = "0.01"
PENALTY = {"penalty_weight": "10"}
CRITIC = {"critic.learning_rate": "5e-4"}
NOISE = 7.5
"""Deviation of the noise on the roll, in its unit: that of the roll itself, which is one in the paper."""

OPTIMUM_STEPS = 1500
OPTIMUM = {"discriminator.learning_rate": "2e-3"}


@cache
def collapse(name: str) -> ToyRun:
    """A model on the ring."""
    steps, settings = COLLAPSE[name]
    plan = toy_plan(name, settings, steps=steps)
    with tempfile.TemporaryDirectory() as out:
        return train_toy(plan, get_toy("ring8"), Path(out), looks=LOOKS)


def _words(bound: str) -> tuple[str, dict[str, str]]:
    return ("wgan", {**CRITIC, "critic.clip": bound}) if bound else ("wgan_gp", {**CRITIC, **PENALTY})


@cache
def deep_critic(bound: str) -> CriticRun:
    """A critic of twelve layers that plays on the Swiss roll; without a bound, under the penalty."""
    name, words = _words(bound)
    plan = toy_plan(name, words, steps=DEEP_STEPS, body=DEEP)
    with tempfile.TemporaryDirectory() as out:
        return train_critic(plan, get_toy("swiss_roll"), Path(out))


@cache
def held_critic(bound: str) -> CriticRun:
    """A critic of three layers between the Swiss roll and the roll with noise; it starts inside its bound."""
    name, words = _words(bound)
    roll = get_toy("swiss_roll")
    noisy = replace(roll, std=math.hypot(roll.std, NOISE))
    plan = toy_plan(name, {**words, "latent_size": str(CHANCES)}, steps=HELD_STEPS, body=SHALLOW)
    with tempfile.TemporaryDirectory() as out:
        return train_critic(fixed_generator(plan, roll, noisy), roll, Path(out), start_inside=True)


def wide_ring() -> Toy:
    """Real points of the last figure: a ring whose modes overlap."""
    return replace(get_toy("ring8"), std=0.5)


def middle() -> Toy:
    """Its generated points: one Gaussian in the middle."""
    return Toy("gaussian", torch.zeros(1, 2), 1.5, torch.zeros(1, dtype=torch.int64), 3.0)


@cache
def optimum() -> Optimum:
    """GAN's discriminator between the two."""
    with tempfile.TemporaryDirectory() as out:
        return train_discriminator(
            wide_ring(), middle(), Path(out), OPTIMUM, steps=OPTIMUM_STEPS, body=Body(WIDTH, HIDDEN_LAYERS)
        )


def figures() -> Mapping[str, Figure]:
    """Every picture of the page, by its file's stem."""
    clipped, penalised = held_critic(PILED), held_critic("")
    surface = surface_figure(collapse("wgan_gp"))
    assert surface is not None
    return {
        "collapse": collapse_figure([collapse(name) for name in COLLAPSE]),
        "surface": surface,
        "layers": layers_figure({_label(bound): deep_critic(bound) for bound in (*BOUNDS, "")}),
        "weights": weights_figure(clipped, penalised),
        "critics": critics_figure({_label(PILED): clipped, _label(""): penalised}),
        "optimum": optimum_figure(optimum()),
    }


def _label(bound: str) -> str:
    return f"weights clipped to ±{bound}" if bound else "gradient penalty"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def collapse_table() -> str:
    """The generator's points after the last step, and how even they are over the modes."""
    rows = []
    for name in COLLAPSE:
        run = collapse(name)
        last = run.moments[-1]
        scores = mode_scores(last.points, run.toy)
        shares = nearest_shares(run)
        rows.append(
            (
                f"`{name}`",
                str(last.step),
                f"{scores.modes_covered} of {scores.mode_count}",
                f"{scores.high_quality:.1%}",
                f"{min(shares):.1%} to {max(shares):.1%}",
            )
        )
    head = ("model", "steps", "modes covered", "high quality", "points nearest to a mode, least to most")
    return _table(head, rows)


def nearest_shares(run: ToyRun) -> list[float]:
    """Share of the last points that are nearest to each mode, however far from it."""
    points = run.moments[-1].points
    nearest = run.toy.modes[torch.cdist(points, run.toy.centres).argmin(dim=1)]
    shares: list[float] = (torch.bincount(nearest, minlength=run.toy.mode_count) / len(points)).tolist()
    return shares


def layers_table() -> str:
    """Growth from layer to layer, and the slope where the penalty asks for one."""
    rows = []
    for bound in (*BOUNDS, ""):
        found = deep_critic(bound)
        rows.append(
            (
                _label(bound),
                f"{found.growth:.2f}",
                f"{found.by_layer[0]:.1e}",
                f"{found.by_layer[-1]:.1e}",
                f"{float(found.slopes.median()):.1e}",
            )
        )
    head = (
        "twelve layers",
        "growth per layer",
        "first layer",
        "last layer",
        "median slope at points between",
    )
    return _table(head, rows)


def document() -> str:
    """The whole page."""
    clipped, penalised, found = held_critic(PILED), held_critic(""), optimum()
    return PAGE.read_text().format(
        collapse=collapse_table(),
        layers=layers_table(),
        piled=PILED,
        at_bound=f"{clipped.at_bound:.0%}",
        clipped_slope=f"{float(clipped.slopes.median()):.1e}",
        slope=f"{float(penalised.slopes.median()):.2f}",
        mean_error=f"{found.mean_error:.3f}",
        largest_error=f"{found.largest_error:.3f}",
        optimum_steps=OPTIMUM_STEPS,
        held_moves=5 * HELD_STEPS,
        deep_moves=5 * DEEP_STEPS,
    )


def main() -> None:
    """Write the page and its pictures."""
    refuse_another_checkout(ROOT)
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, figure in figures().items():
        save_figure(figure, PICTURES / f"{name}.png")
    DOCUMENT.write_text(document())


if __name__ == "__main__":
    main()
