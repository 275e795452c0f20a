from __future__ import annotations

import csv
import math

import pytest

from metrics.sensitivity.curves import Point
from metrics.sensitivity.report import markdown, verdict, write_report


def _point(value, strength=0.0, *, better="lower", reach=1.0, distortion="noise"):
    name = "none" if strength == 0 else distortion
    return Point(name, strength, "distance", "Distance", better, float(value), value - reach, value + reach)


@pytest.mark.parametrize(
    ("better", "values", "expected"),
    [
        ("lower", (1, 9), "1"),
        ("lower", (9, 9), "0.5"),
        ("lower", (9, 1), "–"),
        ("lower", (0, -9), "fooled"),
        ("higher", (-9, -9), "0.5"),
        ("higher", (0, 9), "fooled"),
        ("higher", (1, 1.5), "–"),
    ],
)
def test_verdicts(better, values, expected):
    curve = [
        _point(value, strength, better=better) for value, strength in zip(values, (0.5, 1.0), strict=True)
    ]
    assert verdict(_point(0, better=better), curve) == expected


def test_what_has_no_finite_value_unspoiled_has_no_verdict():
    assert verdict(_point(math.inf), [_point(3, 1.0)]) == "–"


def test_the_report_holds_table_values_and_plots(tmp_path):
    points = [_point(0), _point(9, 0.5), _point(12, 1.0), _point(0, 1.0, distortion="salt_and_pepper")]
    files = write_report(points, tmp_path)
    assert {path.name for path in files} == {
        "who_notices_what.csv",
        "who_notices_what.md",
        "curves.csv",
        "distance.png",
    }
    rows = list(csv.reader((tmp_path / "who_notices_what.csv").read_text().splitlines()))
    assert rows == [["quantity", "noise", "salt_and_pepper"], ["distance", "0.5", "–"]]
    assert "| `distance` | 0.5 | – |" in markdown(points)
    assert (tmp_path / "distance.png").read_bytes().startswith(b"\x89PNG")
    assert len((tmp_path / "curves.csv").read_text().splitlines()) == 5
