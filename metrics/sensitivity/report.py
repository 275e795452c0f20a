"""Who notices what: a table and plots of the curves that `metrics.sensitivity.curves` measures."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from metrics.results.files import write_results
from metrics.sensitivity.curves import UNSPOILED, Point

FOOLED, BLIND = "fooled", "–"
COLUMNS = 4
LEGEND = (
    "Each number is the least strength at which a quantity is worse than on unspoiled images, their 95 % "
    f"intervals apart, and stays so at all greater strengths. “{FOOLED}”: at full strength it is better than "
    f"on unspoiled images. “{BLIND}”: neither."
)


def verdict(unspoiled: Point, curve: Sequence[Point]) -> str:
    """Whether a quantity notices a distortion.

    Args:
        unspoiled: its value on unspoiled images.
        curve: its values, the strength growing.

    Returns:
        The least strength from which on it is significantly worse; "fooled" if at the greatest strength it is
        significantly better; else "–".
    """
    sign = 1 if unspoiled.better == "lower" else -1
    if not curve or not math.isfinite(unspoiled.value):
        return BLIND
    first = BLIND
    for point in reversed(curve):
        if not _apart(unspoiled, point, sign):
            break
        first = f"{point.strength:g}"
    if first == BLIND and _apart(unspoiled, curve[-1], -sign):
        return FOOLED
    return first


def _apart(one: Point, other: Point, sign: int) -> bool:
    """Whether the interval of the other lies wholly above one's, or for a negative sign below."""
    return other.low > one.high if sign > 0 else other.high < one.low


def verdicts(points: Iterable[Point]) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Names of the distortions, and for each quantity its verdicts in their order."""
    listed = list(points)
    distortions = list(dict.fromkeys(p.distortion for p in listed if p.distortion != UNSPOILED))
    rows = []
    for unspoiled in (p for p in listed if p.distortion == UNSPOILED):
        curves = [curve_of(listed, unspoiled.quantity, distortion) for distortion in distortions]
        rows.append((unspoiled.quantity, [verdict(unspoiled, curve) for curve in curves]))
    return distortions, rows


def curve_of(points: Iterable[Point], quantity: str, distortion: str) -> list[Point]:
    """The points of a quantity under a distortion, the strength growing."""
    mine = [p for p in points if p.quantity == quantity and p.distortion == distortion]
    return sorted(mine, key=lambda point: point.strength)


def markdown(points: Iterable[Point]) -> str:
    """The table 'who notices what' in Markdown, its legend below."""
    distortions, rows = verdicts(points)
    head = ["quantity", *(name.replace("_", " ") for name in distortions)]
    lines = [head, ["---"] * len(head), *([f"`{quantity}`", *cells] for quantity, cells in rows)]
    table = "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
    return f"{table}\n\n{LEGEND}\n"


def write_report(points: Sequence[Point], folder: Path) -> list[Path]:
    """Write the table as CSV and Markdown, all values as CSV, and a plot for each quantity as PNG.

    Raises:
        ResultsWriteError: the folder can't be written.
    """
    distortions, rows = verdicts(points)
    files: dict[str, bytes] = {
        "who_notices_what.csv": _csv(["quantity", *distortions], ([name, *cells] for name, cells in rows)),
        "who_notices_what.md": markdown(points).encode(),
        "curves.csv": _csv(
            ["distortion", "strength", "quantity", "better", "value", "low", "high"],
            ([p.distortion, p.strength, p.quantity, p.better, p.value, p.low, p.high] for p in points),
        ),
    }
    for unspoiled in (p for p in points if p.distortion == UNSPOILED):
        files[f"{unspoiled.quantity}.png"] = _plot(points, unspoiled, distortions)
    for name, data in files.items():
        write_results(folder / name, data)
    return [folder / name for name in files]


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue().encode()


def _plot(points: Sequence[Point], unspoiled: Point, distortions: Sequence[str]) -> bytes:
    """A small panel for each distortion, all with the same axes."""
    deep = -(-len(distortions) // COLUMNS)
    figure = Figure(figsize=(2.4 * COLUMNS, 2.0 * deep + 0.5), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(
        f"{unspoiled.title}: {unspoiled.better} is better; shaded: 95 % interval", fontsize="medium"
    )
    figure.supxlabel("strength of the distortion", fontsize="small")
    shared = None
    for place, distortion in enumerate(distortions):
        axes = figure.add_subplot(deep, COLUMNS, place + 1, sharex=shared, sharey=shared)
        shared = shared or axes
        _panel(axes, [unspoiled, *curve_of(points, unspoiled.quantity, distortion)])
        axes.set_title(distortion.replace("_", " "), fontsize="small")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110, metadata={"Software": None})
    return buffer.getvalue()


def _panel(axes: Axes, curve: Sequence[Point]) -> None:
    finite = [p for p in curve if all(math.isfinite(x) for x in (p.value, p.low, p.high))]
    strengths = [p.strength for p in finite]
    axes.fill_between(strengths, [p.low for p in finite], [p.high for p in finite], alpha=0.25)
    axes.plot(strengths, [p.value for p in finite], marker="o", markersize=3)
    axes.tick_params(labelsize="x-small")
