"""How many trials show real images and how many each condition's, where one image is shown at a time."""

from __future__ import annotations

from random import Random

from evalsite.tasks.design.sequence import deal
from evalsite.tasks.protocol import REAL, Materials

Label = tuple[str, str]
"""An image's condition, and the condition whose trials it stands among; a real image's own is ``REAL``."""


def deal_labels(materials: Materials, trials: int, real_share: float, rng: Random) -> list[Label]:
    """Real trials by their share, even over the conditions that they stand among, as are the generated ones.

    A share that makes no whole number of trials is rounded up or down by chance, right on average.

    Args:
        materials: The conditions, at least one.
        trials: How many labels.
        real_share: Share of real images, 0 to 1.
        rng: What decides.
    """
    conditions = [source.condition for source in materials.conditions]
    exact = trials * real_share
    real = int(exact) + (rng.random() < exact - int(exact))
    generated = deal(conditions, trials - real, rng)
    return [(REAL, condition) for condition in deal(conditions, real, rng)] + [(c, c) for c in generated]


def shows_real(label: Label) -> bool:
    """Whether the image is a real one."""
    return label[0] == REAL
