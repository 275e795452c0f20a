"""Low-level statistics: whether generated images have the spectra, contrasts and edges of real ones.

Zeng, Lu, Borji: Statistics of Deep Generated Images, 2017, arXiv:1708.02688.

Each image becomes a few numbers, and the two sets' distributions of them are compared: what images show plays
no part, so textures can pass. With few images even two real sets differ a little.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
from jaxtyping import Float, Int
from torch import Tensor

from metrics.evidence.kinds import Images
from metrics.images.pairing import thumbnails
from metrics.images.stacks import chosen, same_shape, stack_of
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.low_level import (
    contrast,
    derivative_responses,
    gabor_responses,
    luminance_of,
    mean_luminance,
    spectrum_slope,
)
from metrics.statistics.ordering import seeded_order
from metrics.statistics.resampling import groups_of, jackknife, without
from metrics.statistics.two_samples import binned_divergence, kolmogorov_smirnov

GROUPS = 10
STATISTICS = {
    "spectrum_slope": spectrum_slope,
    "contrast": contrast,
    "luminance": mean_luminance,
    "derivatives": derivative_responses,
    "gabor": gabor_responses,
}


@register(
    name="low_level_statistics",
    title="Low-level statistics",
    paper="arXiv:1708.02688",
    quantities=[
        Quantity(
            "spectrum_slope_ks", better="lower", ideal=0.0, senses={"fidelity"}, title="Spectrum slope, KS"
        ),
        Quantity(
            "spectrum_slope_js", better="lower", ideal=0.0, senses={"fidelity"}, title="Spectrum slope, JS"
        ),
        Quantity("contrast_ks", better="lower", ideal=0.0, senses={"fidelity"}, title="Contrast, KS"),
        Quantity("contrast_js", better="lower", ideal=0.0, senses={"fidelity"}, title="Contrast, JS"),
        Quantity("luminance_ks", better="lower", ideal=0.0, senses={"fidelity"}, title="Luminance, KS"),
        Quantity("luminance_js", better="lower", ideal=0.0, senses={"fidelity"}, title="Luminance, JS"),
        Quantity("derivatives_ks", better="lower", ideal=0.0, senses={"fidelity"}, title="Derivatives, KS"),
        Quantity("derivatives_js", better="lower", ideal=0.0, senses={"fidelity"}, title="Derivatives, JS"),
        Quantity("gabor_ks", better="lower", ideal=0.0, senses={"fidelity"}, title="Gabor responses, KS"),
        Quantity("gabor_js", better="lower", ideal=0.0, senses={"fidelity"}, title="Gabor responses, JS"),
    ],
)
def low_level_statistics(
    reference: Images, generated: Images, *, images: int = 1000, bins: int = 20, seed: int = 0
) -> dict[str, Measured]:
    """Kolmogorov-Smirnov distance and Jensen-Shannon divergence between distributions over images.

    Of each image: the slope of log power over log frequency; the standard deviation and the mean of the
    luminance; root mean square responses of derivatives and of Gabor filters, where the distances are
    averaged over the filters.

    Args:
        reference: real images, all of one size.
        generated: generated images of that size.
        images: most images used of either set.
        bins: of the Jensen-Shannon divergence; their borders are quantiles of both sets together.
        seed: fixes which images, and the groups of the jackknife.

    Returns:
        For each statistic `…_ks` in [0, 1] and `…_js` in [0, log 2], in nats; 0 for equal distributions.

    Raises:
        InvalidEvidenceError: images of different sizes or below 8 × 8.
        TooFewSamplesError: a set has fewer than two images.

    Source: Zeng, Lu, Borji 2017, section 3; checked against scipy and on noise of known spectrum.
    """
    stacks = same_shape(
        stack_of(reference, chosen(reference.count, images, seed)),
        stack_of(generated, chosen(generated.count, images, seed)),
    )
    lights = [luminance_of(stack[seeded_order(thumbnails(stack), seed)]) for stack in stacks]
    distances: dict[str, Distance] = {"ks": kolmogorov_smirnov, "js": partial(binned_divergence, bins=bins)}
    found: dict[str, Measured] = {}
    for name, statistic in STATISTICS.items():
        samples = [torch.cat([statistic(block) for block in light.split(256)]) for light in lights]
        for suffix, distance in distances.items():
            found[f"{name}_{suffix}"] = _distance(samples, distance, seed)
    return found


Distance = Callable[[Float[Tensor, " n"], Float[Tensor, " m"]], float]


def _distance(samples: Sequence[Float[Tensor, "_n f"]], distance: Distance, seed: int) -> Measured:
    """The distance averaged over the filters, with a jackknife that leaves out images of both sets."""

    def average(rows: Sequence[Int[Tensor, " _m"]]) -> float:
        one, other = (sample[kept] for sample, kept in zip(samples, rows, strict=True))
        columns = zip(one.unbind(dim=1), other.unbind(dim=1), strict=True)
        return sum(distance(*pair) for pair in columns) / one.shape[1]

    counts = [len(sample) for sample in samples]
    value = average([torch.arange(count) for count in counts])
    groups = min(GROUPS, *counts)
    dealt = [groups_of(count, groups, seed) for count in counts]
    left = [
        average([without(*item) for item in zip(out, counts, strict=True)])
        for out in zip(*dealt, strict=True)
    ]
    low, high = jackknife(torch.tensor(left, dtype=torch.float64), value)
    return Measured(value, low=max(0.0, low), high=high, interval=f"jackknife over {groups} groups of images")
