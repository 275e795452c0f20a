"""Perceptual path length: how much images change, to the eye of a network, along short steps in latent space.

Karras, Laine, Aila: A Style-Based Generator Architecture for Generative Adversarial Networks, CVPR 2019,
arXiv:1812.04948.

It measures smoothness, not quality: a generator of one image has a length of 0. The distance is the
extractor's (the papers' is LPIPS, `--extractor lpips_alex` or a VGG's), and lengths in z and w, or of full
paths and of their ends, can't be compared. The paper takes 100,000 steps.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import InvalidSettingError, TooFewSamplesError
from metrics.evidence.kinds import Embedder
from metrics.evidence.networks import GeneratorLike
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.latents import LatentSpace, latent_space
from metrics.statistics.ordering import torch_generator
from metrics.statistics.resampling import mean_interval

BATCH = 32
TRIMMED = 0.01


@register(
    name="perceptual_path_length",
    title="Perceptual path length",
    paper="arXiv:1812.04948",
    extractor="lpips_alex",
    quantities=[
        Quantity(
            "perceptual_path_length",
            better="lower",
            ideal=-math.inf,
            senses={"smoothness"},
            generic="path_length",
            generic_title="Path length",
        ),
    ],
)
def perceptual_path_length(
    generator: GeneratorLike,
    embed: Embedder,
    *,
    space: str = "z",
    sampling: str = "full",
    step: float = 1e-4,
    pairs: int = 1000,
    seed: int = 0,
) -> dict[str, Measured]:
    """E |G(t + step) - G(t)|²/step²: squared distances of images a short step apart between two latents.

    Args:
        generator: the generator.
        embed: what a squared Euclidean distance of images is taken in.
        space: "z", with great circles between latents, or "w", with straight lines between styles.
        sampling: "full" for steps anywhere on a path, "end" for steps at its start.
        step: length of the step, as a share of the path.
        pairs: number of paths, with one step on each.
        seed: fixes the latents and the places.

    Returns:
        `perceptual_path_length`, at least 0, the mean without the lowest and highest hundredth; images are
        not rounded, which would ruin it. The interval is that of a mean.

    Raises:
        InvalidSettingError: no such space or sampling, or a step outside (0, 1).
        MissingEvidenceError: space w of a generator without styles.
        TooFewSamplesError: fewer than two pairs.

    Source: Karras et al. 2019, section 4.1; checked against the closed form for a linear generator.
    """
    if sampling not in ("full", "end") or not 0 < step < 1:
        raise InvalidSettingError(
            f"Sampling {sampling!r} with step {step} is unknown; give full or end, 1e-4."
        )
    if pairs < 2:
        raise TooFewSamplesError(f"{pairs} pairs have no spread; give at least 2.")
    points = latent_space(generator, space)
    latents = generator.sample_latent(2 * pairs, seed)
    places = torch.rand(pairs, 1, generator=torch_generator(seed), dtype=latents.dtype)
    places = places * (1 - step) if sampling == "full" else torch.zeros_like(places)
    one, other = latents.chunk(2)
    squares = torch.cat(
        [
            _squared_steps(
                generator.image_range,
                embed,
                points,
                (one[rows], other[rows]),
                (places[rows], places[rows] + step),
            )
            for rows in torch.split(torch.arange(pairs), BATCH)
        ]
    )
    kept = _trimmed(squares / step**2)
    low, high = mean_interval(kept)
    found = Measured(float(kept.mean()), low=max(0.0, low), high=high, interval="mean over steps")
    return {"perceptual_path_length": found}


@torch.no_grad()
def _squared_steps(
    image_range: tuple[float, float],
    embed: Embedder,
    space: LatentSpace,
    ends: tuple[Tensor, Tensor],
    places: tuple[Tensor, Tensor],
) -> Float[Tensor, " n"]:
    start, end = (space.locate(latents) for latents in ends)
    low, high = image_range
    # One call for either end of the steps: a generator of several classes takes them in turn in each.
    before, after = (
        embed((space.images(space.between(start, end, place)) - low) * (255 / (high - low))).double()
        for place in places
    )
    return (after - before).square().sum(dim=1)


def _trimmed(values: Float[Tensor, " n"]) -> Float[Tensor, " m"]:
    """Without the lowest and the highest hundredth, as Karras et al. do."""
    ends = torch.tensor([TRIMMED, 1 - TRIMMED], dtype=values.dtype)
    low = torch.quantile(values, ends[0], interpolation="lower")
    high = torch.quantile(values, ends[1], interpolation="higher")
    return values[(values >= low) & (values <= high)]
