"""Stein et al. 2023 (arXiv:2306.04675): the 13 published error rates from its own raters, to four digits.

The raters' counts are public (MIT, Layer 6 AI, "Image Realism Dataset") and lie beside it, if at all.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from evalsite.tasks.protocol import REAL, PlannedTrial, ScoredTrial, Stimulus, tallied
from evalsite.tasks.registry import get

RATERS = Path(__file__).parents[4] / "shared" / "data" / "human" / "stein2023_cifar10_raters.csv"
ERROR_RATES = {
    "RESFLOW": 0.0880, "NVAE": 0.1308, "ACGAN": 0.1482, "WGAN-GP": 0.1696, "LOGAN": 0.2056, "ReACGAN": 0.3356,
    "MHGAN": 0.3362, "BigGAN": 0.3868, "StyleGAN2-ada": 0.3930, "StyleGAN-XL": 0.3988, "iDDPM-DDIM": 0.3996,
    "PFGMPP": 0.4358, "LSGM-ODE": 0.4369,
}  # fmt: skip


def _trials(row: dict[str, str]) -> list[ScoredTrial]:
    task = get("rapid_scene")
    params = task.Params()
    trials = []
    for condition, errors, right, wrong in (
        (row["model"], row["f_err_rt"], "generated", "real"),
        (REAL, row["r_err_rt"], "real", "generated"),
    ):
        planned = PlannedTrial("scored", (Stimulus("image", condition, 0),))
        for i in range(100):
            answer = {"answer": wrong if i < round(100 * float(errors)) else right}
            trials.append(
                ScoredTrial(planned, {}, task.score(params, planned, answer), participant=row["id"])
            )
    return trials


@pytest.mark.skipif(
    not RATERS.exists(), reason="the public data of Stein et al. 2023 is not beside this checkout"
)
def test_error_rates_are_those_published() -> None:
    with RATERS.open(newline="") as file:
        trials = [trial for row in csv.DictReader(file) for trial in _trials(row)]
    task = get("rapid_scene")
    rates = {
        e.condition: e
        for e in task.estimate(task.Params(), tallied(task, task.Params(), trials))
        if e.quantity == "deception_rate"
    }
    assert {name: round(rate.value or 0, 4) for name, rate in rates.items()} == ERROR_RATES
    assert sum(rate.n_raters for rate in rates.values()) == 328
    assert sum(rate.n_trials for rate in rates.values()) == 328 * 200
