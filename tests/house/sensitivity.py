"""`docs/sensitivity.md`: which metric notices what, on real photographs.

``python -m tests.house.sensitivity DIR`` measures it (two hours on two cores; what lies in DIR is not
measured again) and writes numbers, pictures and page; with ``--only fld,c2st`` the numbers of these metrics
again, the others as they were; without DIR, the page from numbers written before.
"""

from __future__ import annotations

import argparse
import csv
import shutil
from pathlib import Path

import numpy as np

from metrics.sensitivity.curves import Point, measure_sensitivity
from metrics.sensitivity.report import markdown, write_report
from tests.house.checkout import refuse_another_checkout
from tests.house.limits import FRECHET, PHOTOGRAPHS, PICTURES, ROOT, SCORE, garments

PAGE = ROOT / "docs" / "sensitivity.md"
NUMBERS = ROOT / "docs" / "sensitivity.csv"
IMAGES = 600
SHOWN = {
    FRECHET: "The Fréchet distance notices nearly everything but copies, which bring it down.",
    SCORE: "The class score notices what its classifier can't read, and takes copies as they are.",
    "recall": "Recall tells dropped modes; noise, too, hides the images that were to be found again.",
    "authpct": "AuthPct falls with copies, and with nothing else; much that spoils images raises it.",
}
HEAD = f"""# Who notices what

Made by `python -m tests.house.sensitivity`; the same for images of your own:

```
python -m metrics sensitivity photos.zip --other others.zip --out DIR
```

{IMAGES} photographs of CIFAR-10 (Krizhevsky 2009) are dealt to three sets: one stands for training images,
one was trained on by nobody, one takes the generator's place and is spoiled, in each way by itself, more and
more. The network is EfficientNet-Lite0, which needs no download; contamination mixes garments in. With
{IMAGES // 3} images in a set intervals are wide: what a quantity misses here it may notice in larger
sets, and one that notices it here does so early. All values are in [sensitivity.csv](sensitivity.csv).

`python -m metrics info NAME` says what a metric declares to sense, of fidelity, diversity, novelty and
smoothness. A law holds it to that with extreme failures on 500 images
([decision](decisions/0016-senses.md)); this page shows milder ones on photographs.
"""


def written_down() -> list[Point]:
    """The curves as they were measured."""
    with NUMBERS.open(encoding="utf-8", newline="") as file:
        return [
            Point(
                distortion=row["distortion"],
                strength=float(row["strength"]),
                quantity=row["quantity"],
                title=row["quantity"],
                better=row["better"],
                value=float(row["value"]),
                low=float(row["low"]),
                high=float(row["high"]),
            )
            for row in csv.DictReader(file)
        ]


def _write_down(points: list[Point]) -> None:
    with NUMBERS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["distortion", "strength", "quantity", "better", "value", "low", "high"])
        for point in points:
            numbers = (f"{number:.6g}" for number in (point.value, point.low, point.high))
            writer.writerow([point.distortion, point.strength, point.quantity, point.better, *numbers])


def _merged(before: list[Point], again: list[Point]) -> list[Point]:
    """Measurements made again, in the place of earlier ones of the same; new ones last."""
    found = {_place(point): point for point in again}
    return [found.pop(_place(point), point) for point in before] + list(found.values())


def _place(point: Point) -> tuple[str, float, str]:
    return point.distortion, point.strength, point.quantity


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, markdown(written_down()), *(_curve(*shown) for shown in SHOWN.items())])


def picture(quantity: str) -> Path:
    """Where the curves of a quantity are drawn."""
    return PICTURES / f"sensitivity-{quantity}.png"


def _curve(quantity: str, said: str) -> str:
    return (
        f"## {quantity}\n\n{said}\n\n![{quantity} under each distortion](images/{picture(quantity).name})\n"
    )


def measure(folder: Path, only: list[str]) -> None:
    """Measures all curves, or those of some metrics, and writes numbers and pictures."""
    others = np.concatenate(garments())[: IMAGES // 3]
    points = measure_sensitivity(
        PHOTOGRAPHS,
        folder,
        other=others,
        images=IMAGES,
        metrics=only or ["all"],
        progress=lambda now, done, total: print(f"{done} of {total}: {now}", flush=True),
    )
    write_report(points, folder)
    _write_down(_merged(written_down(), points) if only else points)
    if only:
        return
    for quantity in SHOWN:
        shutil.copyfile(folder / f"{quantity}.png", picture(quantity))


def main() -> None:
    """Measures if told where, and writes the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.house.sensitivity", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="measurements")
    parser.add_argument("--only", default="", metavar="NAMES", help="metrics to measure again, as a,b")
    options = parser.parse_args()
    refuse_another_checkout(ROOT)
    if options.folder is not None:
        measure(options.folder, [name for name in options.only.split(",") if name])
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
