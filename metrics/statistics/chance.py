"""The one generator of random numbers that metrics draw from."""

from __future__ import annotations

import numpy as np

from metrics.errors import InvalidSettingError

_LEGACY_SEEDS = 2**32


def random_state(seed: int) -> np.random.RandomState:
    """NumPy's generator of old: published numbers were drawn with it and can be reproduced by their seed.

    Args:
        seed: from 0; one that the generator of old does not take (2^32 and more) is spread by a SeedSequence.

    Raises:
        InvalidSettingError: the seed is negative.
    """
    if seed < 0:
        raise InvalidSettingError(f"The seed is {seed}; give a whole number from 0.")
    if seed < _LEGACY_SEEDS:
        return np.random.RandomState(seed)
    return np.random.RandomState(np.random.MT19937(np.random.SeedSequence(seed)))
