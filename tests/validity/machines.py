"""Simulated studies of what machines measure: new images in each, the truth is the mean.

Images are the points of `tests.support.metric_world`; the generator scatters them a little too far. A
metric's value at some number of images is biased for what it would be at another: an interval is for its own.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from metrics import METRICS, Metric, Provenance
from metrics.registry.metric import measure
from metrics.registry.signatures import SettingValue
from tests.support.metric_world import Scene, make_evidence, points
from tests.validity.rows import Design, Said, Study

IMAGES, STUDIES = 300, 300
SETS = ("generated", "reference", "held_out", "chance")
NOISE = 0.6
"""The generator's scatter; the real images' is .5."""
MINUTES = frozenset((
    "annealed_importance_sampling", "c2st", "fld", "gan_train_test", "geometry_score", "low_level_statistics",
    "ms_ssim", "prd_curve", "reconstruction_error", "wasserstein_critic",
))  # fmt: skip
"""They train, anneal or search: hundreds of studies would take hours."""


ALWAYS_ON: dict[str, dict[str, SettingValue]] = {"mifid": {"threshold": 1.0}}
"""Its penalty jumps at a threshold, which these images lie at: no interval holds across that."""
ALL, NEW_GENERATED, NEW_REAL = "all images new", "new generated images", "new real images"
FIXED = {ALL: (), NEW_GENERATED: ("reference", "held_out"), NEW_REAL: ("generated",)}
"""What stays the same from study to study."""


def _study(metric: Metric, fixed: tuple[str, ...]) -> Study:
    origin = Provenance(metric.extractor or "any", "w", "tf1", "float32", 0, output=metric.output)

    def study(rng: np.random.Generator) -> Mapping[str, Said]:
        drawn = dict(zip(SETS, (int(number) for number in rng.integers(2**31, size=len(SETS))), strict=True))
        seeds = {name: number if name in fixed else drawn[name] for number, name in enumerate(SETS)}
        scene = Scene(
            generated=points(seeds["generated"], count=IMAGES, noise=NOISE),
            reference=points(seeds["reference"], count=IMAGES),
            held_out=points(seeds["held_out"], count=IMAGES),
        )
        evidence = {need.parameter: make_evidence(scene, need, origin) for need in metric.needs}
        chance = {"seed": seeds["chance"]} if "seed" in metric.settings else {}
        settings = metric.resolve({**ALWAYS_ON.get(metric.name, {}), **chance})
        return {
            name: Said(
                found.value if found.low is None else found.low,
                found.value if found.high is None else found.high,
                None,
                found.value,
                found.interval,
            )
            for name, found in measure(metric, evidence, settings).items()
        }

    return study


DESIGNS = [
    Design(
        metric.name, words, STUDIES, (f"metrics/catalogue/{metric.name}.py",), _study(metric, fixed),
    )
    for metric in METRICS
    if metric.name not in MINUTES
    for words, fixed in FIXED.items()
]  # fmt: skip
