"""`docs/models.md`: the shipped checkpoints, as their files have them: ``python -m tests.house.models``."""

from __future__ import annotations

import json
from pathlib import Path

import ganmodels
from ganmodels.checkpoints import CheckpointInfo, inspect, load
from ganmodels.training.grid import save_grid
from tests.house.checkout import refuse_another_checkout
from tests.house.tables import markdown

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "models.md"
PICTURES = ROOT / "docs" / "images" / "models"
ZOO = Path(ganmodels.__file__).parent / "zoo"
SHOWN = 32

LOOKS = {
    "began_fashion_mnist": "smooth shoes, dresses and tops without sleeves or texture; some are no garment",
    "ebgan_fashion_mnist": "the best of them: garments with stripes and folds, some half drawn",
    "gan_fashion_mnist": "every kind of garment in its right shape, covered with speckle",
    "lsgan_collapsed_fashion_mnist": "collapsed: its generator moves four times a step and draws one thing",
    "lsgan_fashion_mnist": "garments in their right shapes, rough, some torn",
    "sngan_fashion_mnist": "garments with texture, mottled, some in pieces",
    "vae_fashion_mnist": "clean and blurred, some garments half dissolved, textures missing",
    "wgan_fashion_mnist": "clean garments with shades, few textures, some torn",
    "wgan_gp_early_fashion_mnist": "early: `wgan_gp` after 120 steps, blots in the shape of garments",
    "wgan_gp_fashion_mnist": "sharp outlines and some texture; now and then a garment that is none",
}

HEAD = """# Shipped checkpoints

Made by `python -m tests.house.models`; edit that, not this page.

The demo's generators, trained with `ganmodels`' own loop on the 60,000 training images of Fashion-MNIST
(Zalando SE, MIT licence, arXiv:1708.07747), centred on black at 32×32, grey. The images come from Debian's
package `dataset-fashion-mnist`. Each file in `ganmodels/zoo` holds the averaged weights of the generator and,
in its header, everything that `python -m ganmodels info FILE` prints: model, settings, recipe, digest of the
data, seed, versions.

Where a number differs from the paper's it is because these were trained on one CPU core within minutes:
smaller networks, higher learning rates, fewer updates. They are here to be told apart by people and by
metrics, and two of them are bad on purpose; they say nothing about how good their models can be. Three that
were trained on photographs are measured beside their papers: [cifar10.md](cifar10.md).

The commands give the same networks again on the same kind of processor with `OMP_NUM_THREADS=1`; elsewhere
the last bits, and so in the end the weights, may differ. Then copy `checkpoint.safetensors` and
`checkpoint.json` of each folder to `ganmodels/zoo` under the folder's name, and the last line of `log.jsonl`
as `NAME.log.json`.
"""


def shipped() -> list[Path]:
    """The checkpoints, by name."""
    return sorted(ZOO.glob("*.safetensors"))


def picture(path: Path) -> Path:
    """Where the samples of a checkpoint are drawn."""
    return PICTURES / f"{path.stem}.png"


def page() -> str:
    """The whole page."""
    found = {path: inspect(path) for path in shipped()}
    rows = (
        (
            f"[`{path.stem}`](#{path.stem})",
            f"`{info.model}`",
            f"{info.parameter_count:,}",
            f"{info.description.step:,}",
            LOOKS[path.stem],
        )
        for path, info in found.items()
    )
    overview = markdown(("file", "model", "generator's parameters", "steps", "how it looks"), rows)
    return "\n".join([HEAD, overview, "", *(_section(path, info) for path, info in found.items())])


def _section(path: Path, info: CheckpointInfo) -> str:
    lines = [
        f"## {path.stem}",
        "",
        f"{info.size_bytes / 1024:,.0f} KiB: {LOOKS[path.stem]}.",
        "",
        f"![{SHOWN} samples of {path.stem}, seed 0](images/models/{path.stem}.png)",
        "",
        "```",
        "export OMP_NUM_THREADS=1",
        info.description.command,
        "```",
        "",
    ]
    return "\n".join([*lines, *_log_end(path)])


def _log_end(path: Path) -> list[str]:
    log = path.with_suffix(".log.json")
    if not log.exists():
        return []
    logged = json.loads(log.read_text())
    said = ", ".join(f"{name} {value:,}" for name, value in logged.items())
    return [f"Its log ends with: {said}.", ""]


def draw() -> None:
    """Writes the sample grids."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for path in shipped():
        save_grid(load(path).sample(SHOWN, seed=0), picture(path), columns=16)


if __name__ == "__main__":
    refuse_another_checkout(ROOT)
    draw()
    PAGE.write_text(page(), encoding="utf-8")
