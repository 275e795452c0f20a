"""Estimates, tables and studies that the tests of this room share."""

from __future__ import annotations

from typing import Any

import pytest

from evalsite.results.joining import BlockEstimates, Measured, ResultTable, join
from evalsite.tasks.protocol import Estimate


@pytest.fixture
def estimate():
    def make(condition: str, value: float | None, quantity: str = "deception_rate", **more: Any) -> Estimate:
        ends = {"low": None, "high": None} if value is None else {"low": value - 0.05, "high": value + 0.05}
        known = {"n_raters": 20, "n_trials": 400, "chance": 0.5, "better": "higher", "unit": "share", **ends}
        return Estimate(condition, quantity, value, **{**known, **more})

    return make


@pytest.fixture
def table(estimate) -> ResultTable:
    """Four conditions with two human quantities of one unit and one metric, whose names would break naive plots."""
    names = ("<b>gan</b>", "$x$", "wgan_gp", "vae")
    rates = [estimate(name, 0.1 * i) for i, name in enumerate(names, start=1)]
    real = [estimate(name, 0.3, "deception_rate_real", better="") for name in names]
    block = BlockEstimates(0, "rapid_scene", "Rapid scene", (*rates, *real))
    measured = {
        name: [Measured("fid", "fid", "FID", 40.0 - 7 * i * i, better="lower")]
        for i, name in enumerate(names)
    }
    return join(names, [block], measured)
