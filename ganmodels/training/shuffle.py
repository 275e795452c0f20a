"""The order of the images: batch after batch, each a function of the seed and its number."""

from collections.abc import Iterator

import torch
from jaxtyping import Float, Int
from torch import Tensor

from ganmodels.seeds import torch_rng
from ganmodels.shares import WHOLE, Share
from ganmodels.training.data import ImageData

_LARGEST_ON_DEVICE_BYTES = 2**31
"""A set up to this size is moved to a GPU as a whole; of a larger one each batch is."""


class Shuffle:
    """An endless series of batches: permutation after permutation, all of it a function of the seed.

    Batch `i` is the same whether or not the batches before it were asked for, which is what makes resuming
    exact.
    """

    def __init__(
        self,
        data: ImageData,
        batch_size: int,
        image_range: tuple[float, float],
        seed: int,
        share: Share = WHOLE,
    ) -> None:
        """Prepares batches of `batch_size` images with values in `image_range`, of which a share is given."""
        self._images, self._labels = data.images, data.labels
        self._batch_size, self._seed, self._share = batch_size, seed, share
        self._low, self._high = image_range
        self._epoch, self._order = -1, torch.empty(0, dtype=torch.int64)

    def batch(self, index: int, device: torch.device) -> Float[Tensor, "n c h w"]:
        """Returns batch `index`, from 0, on a device."""
        if device.type == "cuda" and self._images.nbytes <= _LARGEST_ON_DEVICE_BYTES:
            self._images = self._images.to(device)
        members = self._members(index).to(self._images.device)
        images = self._images[members].to(device, non_blocking=True)
        return images.float() * ((self._high - self._low) / 255) + self._low

    def labels(self, index: int, device: torch.device) -> Int[Tensor, " n"] | None:
        """Returns the classes of batch `index`, on a device; `None` where the set has none."""
        return None if self._labels is None else self._labels[self._members(index)].to(device)

    def _members(self, index: int) -> Int[Tensor, " n"]:
        positions = range(index * self._batch_size, (index + 1) * self._batch_size)
        rows = [self._rows(epoch, first, last) for epoch, first, last in self._spans(positions)]
        return self._share.of(torch.cat(rows))

    def _spans(self, positions: range) -> Iterator[tuple[int, int, int]]:
        at, count = positions.start, len(self._images)
        while at < positions.stop:
            epoch, first = divmod(at, count)
            last = min(count, first + positions.stop - at)
            yield epoch, first, last
            at += last - first

    def _rows(self, epoch: int, first: int, last: int) -> Tensor:
        if epoch != self._epoch:
            self._order = torch.randperm(len(self._images), generator=torch_rng(self._seed, "epoch", epoch))
            self._epoch = epoch
        return self._order[first:last]
