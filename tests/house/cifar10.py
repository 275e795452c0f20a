"""`docs/cifar10.md`: models trained on CIFAR-10, their scores beside the papers'.

``python -m tests.house.cifar10 RUNS PHOTOGRAPHS`` measures the trainings ``RUNS/*_cifar10`` against the test
set in the folder PHOTOGRAPHS, writes down what it found, and the page; without arguments, the page alone.
"""

from __future__ import annotations

import argparse
import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ganmodels.checkpoints import inspect, load
from ganmodels.training.grid import save_grid
from metrics import evaluate
from metrics.inputs.opening import Input
from tests.house.checkout import refuse_another_checkout
from tests.house.tables import markdown

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "cifar10.md"
FOUND = ROOT / "docs" / "cifar10.json"
PICTURES = ROOT / "docs" / "images" / "cifar10"
SAMPLES, SEED, SHOWN, COLUMNS = 5_000, 0, 64, 16
PROTOCOL = "tf1"
METRICS = ("fid", "fid_infinity", "kid", "precision_recall")
SCORES = {
    "fid": "FID ↓",
    "fid_infinity": "FID∞ ↓",
    "kid": "KID × 1000 ↓",
    "precision": "precision ↑",
    "recall": "recall ↑",
}
FACTORS = {"kid": 1000.0}
REAL = "training images"


@dataclass(frozen=True)
class Published:
    """What a paper reports, and what it takes to try for the same.

    Attributes:
        score: FID and Inception Score, and whose.
        steps: of the whole run.
        settings: that are not the recipe's.
    """

    score: str
    steps: int
    settings: tuple[str, ...] = ()


PUBLISHED = {
    "dcgan": Published(
        "FID 37.7 (Heusel et al. 2017, arXiv:1706.08500, table 1; the model's own paper scores no images)",
        100_000,
    ),
    "wgan_gp": Published(
        "IS 7.86 ± 0.07, residual networks (arXiv:1704.00028, table 3); FID 40.2, IS 6.68 ± 0.06, "
        "convolutional (arXiv:1802.05957, table 2)",
        100_000,
        (
            "network=resnet",
            "width=128",
            "critic_width=128",
            "critic.learning_rate=0.0002",
            "generator.learning_rate=0.0002",
        ),
    ),
    "sngan": Published(
        "FID 21.7 ± 0.21, IS 8.22 ± 0.05, residual networks; FID 25.5, IS 7.58 ± 0.12, convolutional "
        "(arXiv:1802.05957, table 2)",
        50_000,
        ("network=resnet", "width=256", "discriminator_width=128"),
    ),
}


@dataclass(frozen=True)
class Score:
    """One quantity with the ends of its 95 % interval."""

    value: float
    low: float | None
    high: float | None

    def text(self, factor: float) -> str:
        """As the table shows it, times a factor."""
        value, *ends = (
            _short(factor * number) for number in (self.value, self.low, self.high) if number is not None
        )
        return f"{value} [{', '.join(ends)}]" if ends else value


@dataclass(frozen=True)
class Run:
    """One training, or the real images that show what a perfect one would score."""

    name: str
    model: str
    parameters: int
    steps: int
    command: str
    log: dict[str, float]
    scores: dict[str, Score]


def measured(folder: Path, images: Path) -> Run:
    """What one training's folder holds, and its samples' scores; draws them, too."""
    checkpoint = folder / "checkpoint.safetensors"
    info, generator = inspect(checkpoint), load(checkpoint)
    PICTURES.mkdir(parents=True, exist_ok=True)
    save_grid(generator.sample(SHOWN, seed=SEED), picture(folder.name), columns=COLUMNS)
    return Run(
        name=folder.name,
        model=info.model,
        parameters=info.parameter_count,
        steps=info.description.step,
        command=info.description.command,
        log=json.loads((folder / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1]),
        scores=_scores(generator, images, folder.parent / "cache"),
    )


def real(training: Path, images: Path, cache: Path) -> Run:
    """What as many training images score: every tenth, so that all classes are among them."""
    with zipfile.ZipFile(training) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".jpg"))
        pixels = [np.asarray(Image.open(archive.open(name))) for name in names[:: len(names) // SAMPLES]]
    return Run(REAL, "", 0, 0, "", {}, _scores(np.stack(pixels[:SAMPLES]), images, cache))


def _scores(generated: Input, reference: Path, cache: Path) -> dict[str, Score]:
    found = evaluate(
        metrics=METRICS,
        generated=generated,
        reference=reference,
        protocol=PROTOCOL,
        samples=SAMPLES,
        seed=SEED,
        cache=cache,
        progress=lambda done, total: print(f"\r{done:,} of {total:,} images", end="", flush=True),
    )
    print()
    return {
        result.quantity: Score(result.value, result.low, result.high)
        for result in found
        if result.quantity in SCORES
    }


def _short(value: float) -> str:
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.3f}"


def picture(name: str) -> Path:
    """Where the samples of a training are drawn."""
    return PICTURES / f"{name}.png"


def write_down(runs: list[Run]) -> None:
    """Keeps what was found, for the page."""
    FOUND.write_text(json.dumps([asdict(run) for run in runs], indent=1) + "\n", encoding="utf-8")


def written_down() -> list[Run]:
    """What was found."""
    return [
        Run(**{**found, "scores": {name: Score(**score) for name, score in found["scores"].items()}})
        for found in json.loads(FOUND.read_text(encoding="utf-8"))
    ]


def full_command(model: str) -> str:
    """What trains a model at full length and width."""
    full = PUBLISHED[model]
    words = f"python -m ganmodels train {model} --data cifar10-train.zip --out {model}_cifar10_full --size 32"
    return " ".join([words, f"--steps {full.steps} --seed 0", *(f"--set {item}" for item in full.settings)])


HEAD = f"""# Trained on CIFAR-10

Made by `python -m tests.house.cifar10`; edit that, not this page.

Three models on CIFAR-10's 50,000 training photographs (Krizhevsky 2009; as JPEG of quality 75, 32×32, in
colour), each trained for an hour to an hour and a half on one core of a CPU: narrower networks than the
papers', and the share of the full run's steps that the table names. So their scores lie far from the papers';
what they show is that the recipes train on photographs, and beside them stands the command by which a machine
with a GPU gets further. WGAN-GP's and SNGAN's full runs have the papers' networks and numbers of steps, with
two departures: the papers' rates fall to 0, ours stay, and our generators' weights are averaged. DCGAN's
paper trained none on CIFAR-10, so its number of steps is ours.

Scores: {SAMPLES:,} samples of seed {SEED} against the 10,000 test photographs, the 2015 Inception, protocol
`{PROTOCOL}`, with 95 % intervals. FID at {SAMPLES:,} images is biased upward, FID∞ much less: the last row,
real photographs in the generator's place, shows by how much. The papers' Inception Score needs that
network's classifier, whose weights are in no package, so it is not measured here.
"""


def page() -> str:
    """The whole page."""
    runs = written_down()
    header = ("trained", "generator's parameters", "steps", "of the full run", *SCORES.values())
    table = markdown(header, (_row(run) for run in runs))
    return "\n".join([HEAD, table, "", *(_section(run) for run in runs if run.model)])


def _row(run: Run) -> tuple[str, ...]:
    scores = (run.scores[name].text(FACTORS.get(name, 1.0)) for name in SCORES)
    if not run.model:
        return (f"{SAMPLES:,} {run.name}", "-", "-", "-", *scores)
    share = f"{run.steps / PUBLISHED[run.model].steps:.0%}"
    return (f"[`{run.name}`](#{run.name})", f"{run.parameters:,}", f"{run.steps:,}", share, *scores)


def _section(run: Run) -> str:
    said = ", ".join(f"{name} {value:,}" for name, value in run.log.items())
    return "\n".join(
        [
            f"## {run.name}",
            "",
            f"![{SHOWN} samples of {run.name}, seed {SEED}](images/cifar10/{run.name}.png)",
            "",
            "```",
            "export OMP_NUM_THREADS=1",
            run.command,
            "```",
            "",
            f"Its log ends with: {said}.",
            "",
            f"Published: {PUBLISHED[run.model].score}. The full run:",
            "",
            "```",
            full_command(run.model),
            "```",
            "",
        ]
    )


def _measure_all(runs: Path, photographs: Path) -> Iterator[Run]:
    training, images = photographs / "cifar10-train.zip", photographs / "cifar10-test.zip"
    for checkpoint in sorted(runs.glob("*_cifar10/checkpoint.safetensors")):
        yield measured(checkpoint.parent, images)
    yield real(training, images, runs / "cache")


def main() -> None:
    """Measures if told what, and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="?", type=Path, help="folder of the trainings")
    parser.add_argument("photographs", nargs="?", type=Path, help="of cifar10-train.zip and cifar10-test.zip")
    options = parser.parse_args()
    refuse_another_checkout(ROOT)
    if options.photographs is not None:
        write_down(list(_measure_all(options.runs, options.photographs)))
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
