"""Numbers as people read them. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable

MINUS = "−"
MISSING = "–"
INFINITY = "∞"
DECIMALS = {"share": 3, "z": 2, "logit": 2, "ms": 0}
SIGNIFICANT = 4
LEAST_P = 0.001


def show(value: float | None, unit: str = "") -> str:
    """A number with the digits that mean something in its unit; else four significant ones."""
    if value is None or math.isnan(value):
        return MISSING
    if math.isinf(value):
        return INFINITY if value > 0 else MINUS + INFINITY
    decimals = DECIMALS.get(unit)
    if decimals is None:
        size = math.floor(math.log10(abs(value))) if value else 0
        if size < -SIGNIFICANT:
            return f"{value:.2e}".replace("-", MINUS)
        text = f"{value:,.{max(SIGNIFICANT - 1 - size, 0)}f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", MINUS)
    return f"{round(value, decimals) or 0.0:,.{decimals}f}".replace("-", MINUS)  # no minus before zero


def show_interval(low: float | None, high: float | None, unit: str = "") -> str:
    """An interval in brackets; empty where there is none."""
    return "" if low is None or high is None else f"[{show(low, unit)}, {show(high, unit)}]"


def show_p(p: float | None) -> str:
    """A p value, e.g. p = 0.017; empty without a p value."""
    if p is None:
        return ""
    return "p < 0.001" if p < LEAST_P else f"p = {p:.3f}"


def listed(words: Iterable[str]) -> str:
    """“a”, “a and b”, “a, b and c”; empty for none."""
    *first, last = [*words] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def show_share(share: float) -> str:
    """A share as a percentage, e.g. 2.5 %."""
    return f"{100 * share:.1f} %"
