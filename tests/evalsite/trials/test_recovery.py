"""Truth put into simulated raters comes back from the database: planned, shown, stored, read, estimated."""

import pytest
from django.core.management import call_command

from evalsite.tasks.protocol import REAL
from evalsite.trials.reading import pool_blocks
from tests.support.answers import counted

HIDDEN = {"alphagan": 0.9, "betagan": 0.0}
"""What each condition takes off the raters' ability."""

pytestmark = pytest.mark.slow


@pytest.fixture
def recover(make_study):
    """Let simulated raters answer a study; its estimates block by block, by condition and quantity."""

    def run(*blocks, **truth):
        study = make_study(*blocks)
        options = {"lapse": 0.0, "strength": list(HIDDEN.items()), "seed": 2, "verbosity": 0, **truth}
        call_command("simulate_raters", "faces", **options)
        version = study.versions.get()
        return [
            {
                (found.condition, found.quantity): found
                for found in pool.task.estimate(pool.params, counted(study, pool.blocks[0], simulated=True))
            }
            for pool in pool_blocks(version.protocol)
        ]

    return run


def test_sensitivity_and_strengths_are_recovered_from_what_was_stored(recover):
    """d′ to ±.3 and logits to ±.4: about three standard errors of 16 raters who differ by .4."""
    judged, preferred = recover(
        {"trials": 60, "practice": 2, "catch": 2},
        {"task": "pairwise", "trials": 40, "params": {"compare": "both"}},
        count=16,
        ability=1.8,
    )
    strength = {
        condition: preferred[condition, "bradley_terry_strength"].value for condition in (REAL, *HIDDEN)
    }
    for condition, hidden in HIDDEN.items():
        assert judged[condition, "d_prime"].value == pytest.approx(1.8 - hidden, abs=0.3)
        assert judged[condition, "d_prime"].n_raters == 16
        assert strength[REAL] - strength[condition] == pytest.approx(1.8 - hidden, abs=0.4)
    assert judged["alphagan", "deception_rate"].value > judged["betagan", "deception_rate"].value


def test_thresholds_are_recovered_from_stored_staircases(recover):
    """75 % correct takes d′ = 1.35 of 3, at 0.82 of the exposure that leaves half; to ±30 %."""
    staircase = {"exposure": "staircase", "staircase_start_ms": 250, "staircase_min_ms": 20}
    (found,) = recover({"trials": 80, "params": staircase}, count=8, ability=3.0, threshold_ms=200.0)
    assert found["betagan", "threshold_ms"].value == pytest.approx(0.82 * 200, rel=0.3)
    assert found["alphagan", "threshold_ms"].value > found["betagan", "threshold_ms"].value
