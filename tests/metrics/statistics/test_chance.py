from __future__ import annotations

import numpy as np
import pytest

from metrics.errors import InvalidSettingError
from metrics.statistics.chance import random_state


@pytest.mark.parametrize("seed", [0, 2020, 2**32 - 1])
def test_seeds_of_old_draw_what_they_always_drew(seed):
    assert (random_state(seed).permutation(50) == np.random.RandomState(seed).permutation(50)).all()


def test_any_larger_seed_draws_something_of_its_own():
    draws = {tuple(random_state(seed).permutation(50)) for seed in (0, 2**32, 2**32 + 1, 2**63 - 1, 10**40)}
    assert len(draws) == 5
    assert (random_state(2**40).permutation(9) == random_state(2**40).permutation(9)).all()


def test_a_negative_seed_is_refused():
    with pytest.raises(InvalidSettingError, match="from 0"):
        random_state(-1)
