"""Good images, and every way in which they can be spoiled.

They are dealt to three sets: one that stands for training images, one that nobody trained on, and one that
takes the generator's place and is spoiled. Unspoiled it is as good as any generator can be.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Int, UInt8
from torch import Tensor

from metrics.errors import TooFewSamplesError
from metrics.evidence.kinds import Images
from metrics.images.distortions import PIXELS
from metrics.images.pairing import thumbnails
from metrics.images.stacks import chosen, same_shape, stack_of
from metrics.statistics.chance import random_state
from metrics.statistics.clusters import kmeans

COPYING, MODE_DROPPING, CONTAMINATION = "copying", "mode_dropping", "contamination"
LEAST_IMAGES = 12
MODES = 10


@dataclass(frozen=True)
class DealtSets:
    """Three sets of different real images, and what spoils the third.

    Attributes:
        reference: stands for the training images, uint8 (n, c, h, w).
        held_out: real images that nobody trained on.
        good: takes the generator's place.
        good_modes: the class of each of its images, or the cluster that it is in.
        other: images of another set, for contamination; None if nobody gave any.
    """

    reference: UInt8[Tensor, "n c h w"]
    held_out: UInt8[Tensor, "m c h w"]
    good: UInt8[Tensor, "k c h w"]
    good_modes: Int[Tensor, " k"]
    other: UInt8[Tensor, "o c h w"] | None = None

    @property
    def distortions(self) -> tuple[str, ...]:
        """Names of all that can be done to it."""
        always = (*PIXELS, MODE_DROPPING, COPYING)
        return always if self.other is None else (*always, CONTAMINATION)

    def spoiled(self, distortion: str, strength: float, seed: int) -> UInt8[Tensor, "k c h w"]:
        """The third set, spoiled; equally many images.

        Args:
            distortion: one of `distortions`.
            strength: from 0, where nothing is changed, to 1.
            seed: fixes the chance in it.
        """
        if distortion in PIXELS:
            chance = torch.Generator().manual_seed(seed)
            return PIXELS[distortion](self.good.float(), strength, chance).round().byte()
        if distortion == MODE_DROPPING:
            return self.good[self._without_modes(strength)]
        source = self.reference if distortion == COPYING else self.other
        assert source is not None, "contamination is listed only where there is another set"
        return self._replaced(source, strength, seed)

    def _without_modes(self, strength: float) -> Int[Tensor, " k"]:
        """Rows of the modes that are left, each as often as its share: at strength 1 a single mode."""
        modes = self.good_modes.unique()
        left = modes[: max(1, round(len(modes) * (1 - strength)))]
        rows = torch.isin(self.good_modes, left).nonzero().flatten()
        return rows.repeat(-(-len(self.good) // len(rows)))[: len(self.good)]

    def _replaced(self, source: Tensor, strength: float, seed: int) -> UInt8[Tensor, "k c h w"]:
        random = random_state(seed)
        count = round(strength * len(self.good))
        places = torch.from_numpy(random.permutation(len(self.good)))[:count]
        taken = torch.from_numpy(random.permutation(max(count, len(source))) % len(source))[:count]
        spoiled = self.good.clone()
        spoiled[places] = source[taken]
        return spoiled


def deal_sets(images: Images, *, limit: int, seed: int, other: Images | None = None) -> DealtSets:
    """Deal images of one size to the three sets.

    Args:
        images: real images; their labels, where they have some, are the modes.
        limit: most images used altogether.
        seed: fixes which, and who is dealt which.
        other: another set of the same size, for contamination.

    Raises:
        TooFewSamplesError: fewer than twelve images.
        InvalidEvidenceError: images of different sizes.
    """
    if min(images.count, limit) < LEAST_IMAGES:
        raise TooFewSamplesError(
            f"{min(images.count, limit)} images can't be dealt to three sets; give at least {LEAST_IMAGES}."
        )
    indices = chosen(images.count, limit, seed)
    stack = stack_of(images, indices)
    strange = None
    if other is not None:
        stack, strange = same_shape(stack, stack_of(other, chosen(other.count, limit, seed)))
    dealt = torch.from_numpy(random_state(seed).permutation(len(stack)))
    good, reference, held_out = (dealt[start::3] for start in range(3))
    labels = images.labels
    if labels is None:
        modes = kmeans(thumbnails(stack[good]), min(MODES, len(good)), seed=seed).members
    else:
        modes = labels.values[indices][good]
    pixels = stack.byte()
    return DealtSets(
        pixels[reference], pixels[held_out], pixels[good], modes, None if strange is None else strange.byte()
    )
