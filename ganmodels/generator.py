"""A network with a Gaussian latent as a `Generator`.

Sampling is exact for any batch size because the network never sees a batch of the caller's size: it is always
run on blocks of `BLOCK` images at fixed places (0–31, 32–63, …), and what was asked for is cut out of them.
Libraries choose their kernels by batch size, and two kernels differ in the last bit; now and then that bit
crosses a rounding boundary. What remains outside the promise: another processor family, thread count or torch
version may differ in that bit, too.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor, nn

from ganmodels.errors import GanmodelsError, GeneratorOutputError, SampleRequestError
from ganmodels.networks.shapes import ImageShape
from ganmodels.protocol import DEFAULT_BATCH_SIZE, Labels, Progress
from ganmodels.seeds import label_rows, normal_rows

BLOCK = 32
_RANGE_TOLERANCE = 1e-3
_SHOWN = 120


class NetworkGenerator:
    """A generator whose images are a network's answers to latents from N(0, I), and to classes if any."""

    def __init__(
        self,
        name: str,
        network: nn.Module,
        *,
        latent_size: int,
        image_shape: ImageShape,
        image_range: tuple[float, float],
        provenance: Mapping[str, Any],
        class_count: int | None = None,
    ) -> None:
        """Takes over the network and puts it in evaluation mode; see `protocol.Generator` for the rest."""
        self._network = network.eval().requires_grad_(False)
        self.name, self.latent_size = name, latent_size
        self.image_shape, self.image_range = image_shape, image_range
        self.provenance, self.class_count = provenance, class_count

    @property
    def parameter_count(self) -> int:
        """Trained numbers in the generator."""
        return sum(parameter.numel() for parameter in self._network.parameters())

    @property
    def network(self) -> nn.Module:
        """The network that makes the images: to be looked into, not to be changed."""
        return self._network

    def sample_latent(self, count: int, seed: int, *, start: int = 0) -> Float[Tensor, "count latent"]:
        """Draws the latents of images `start` to `start + count - 1`; float32 on the CPU."""
        return normal_rows(start, count, self.latent_size, seed)

    def sample_labels(self, count: int, seed: int, *, start: int = 0) -> Int[Tensor, " count"]:
        """Draws the classes of images `start` to `start + count - 1`, all equally likely."""
        return label_rows(start, count, self.class_count or 1, seed)

    def images(
        self, latents: Float[Tensor, "n latent"], labels: Labels | None = None
    ) -> Float[Tensor, "n c h w"]:
        """Maps latents to images in `image_range`, before rounding; float32 on the CPU. Differentiable.

        Args:
            latents: see `sample_latent`.
            labels: one class for all or one for each; without, a conditional generator takes its classes in
                turn, row by row.

        Raises:
            SampleRequestError: a class that the generator doesn't know, or not one for each latent.
            GeneratorOutputError: NaN, infinity, another shape or number of images, values outside the range,
                or nothing at all.
        """
        return self._ask(self._network, *self._inputs(latents, labels))

    def iter_samples(
        self,
        count: int,
        seed: int,
        *,
        batch_size: int = DEFAULT_BATCH_SIZE,
        start: int = 0,
        labels: Labels | None = None,
    ) -> Iterator[UInt8[Tensor, "n c h w"]]:
        """Yields images `start` to `start + count - 1` in batches of at most `batch_size`.

        A job that was stopped after `start` images goes on with exactly those that it would have made.

        Raises:
            SampleRequestError: a negative count or start, a batch size below 1, or labels as for `images`.
            GeneratorOutputError: see `images`.
        """
        if count < 0 or start < 0 or batch_size < 1:
            raise SampleRequestError(
                f"count {count}, start {start}, batch size {batch_size}: the least are 0, 0 and 1"
            )
        return self._batches(start, start + count, seed, batch_size, self._check(labels, count))

    def sample(
        self,
        count: int,
        seed: int,
        *,
        batch_size: int = DEFAULT_BATCH_SIZE,
        start: int = 0,
        progress: Progress | None = None,
        labels: Labels | None = None,
    ) -> UInt8[Tensor, "count c h w"]:
        """Returns images `start` to `start + count - 1` at once, as uint8.

        Args:
            count: number of images.
            seed: any integer.
            batch_size: images between two calls of `progress`; changes no image.
            start: index of the first image.
            progress: called with (images done, count) after every batch.
            labels: one class for all or one for each image; without, they are drawn by `sample_labels`.

        Raises:
            SampleRequestError, GeneratorOutputError: see `iter_samples`.
        """
        result = torch.empty((count, *self.image_shape), dtype=torch.uint8)
        done = 0
        for batch in self.iter_samples(count, seed, batch_size=batch_size, start=start, labels=labels):
            result[done : done + len(batch)] = batch
            done += len(batch)
            if progress is not None:
                progress(done, count)
        return result

    def _batches(
        self, first: int, end: int, seed: int, batch_size: int, labels: Tensor | None
    ) -> Iterator[Tensor]:
        waiting = torch.empty((0, *self.image_shape), dtype=torch.uint8)
        for block_start in range(first - first % BLOCK, end, BLOCK):
            wanted = slice(max(first - block_start, 0), min(end - block_start, BLOCK))
            drawn = None if self.class_count is None else self.sample_labels(BLOCK, seed, start=block_start)
            if drawn is not None and labels is not None:
                drawn[wanted] = labels[block_start + wanted.start - first : block_start + wanted.stop - first]
            waiting = torch.cat([waiting, self._block(block_start, seed, drawn)[wanted]])
            while len(waiting) >= batch_size:
                yield waiting[:batch_size].clone()
                waiting = waiting[batch_size:]
        if len(waiting):
            yield waiting

    @torch.inference_mode()
    def _block(self, start: int, seed: int, labels: Tensor | None) -> Tensor:
        images = self.images(self.sample_latent(BLOCK, seed, start=start), labels)
        return to_uint8(images, self.image_range)

    def _inputs(self, latents: Tensor, labels: Labels | None) -> tuple[Tensor, ...]:
        """Lists what the network takes; without labels a conditional one takes its classes in turn."""
        given = self._check(labels, len(latents))
        if self.class_count is None:
            return (latents,)
        return latents, torch.arange(len(latents)) % self.class_count if given is None else given

    def _ask(self, network: Callable[..., object], *inputs: Tensor) -> Tensor:
        """Has images made of inputs, one of each row; whatever goes wrong in a network is its answer."""
        try:
            answer = network(*inputs)
        except GanmodelsError:
            raise
        except Exception as error:
            reason = next(iter(str(error).splitlines()), "")[:_SHOWN]
            raise GeneratorOutputError(
                f"generator '{self.name}' failed on inputs of {tuple(inputs[0].shape)} "
                f"({type(error).__name__}: {reason}); it must take any number of latents: see that the "
                "latent size and other settings given are its own"
            ) from error
        if not isinstance(answer, Tensor) or answer.is_complex() or answer.dtype is torch.bool:
            what = answer.dtype if isinstance(answer, Tensor) else type(answer).__name__
            raise GeneratorOutputError(
                f"generator '{self.name}' answered {what}, not a tensor of numbers; have it answer images"
            )
        return self._sound(answer, len(inputs[0]))

    def _sound(self, images: Tensor, count: int) -> Tensor:
        """Answers images as they are, if they are as many as asked for, of the declared shape and range."""
        declared = (count, *self.image_shape)
        if images.shape != declared:
            raise GeneratorOutputError(
                f"generator '{self.name}' answered images of {tuple(images.shape)} where {declared} is "
                "declared; its checkpoint is of another network"
            )
        lowest, highest = (float(value) for value in images.detach().aminmax()) if count else self.image_range
        low, high = self.image_range
        if not (low - _RANGE_TOLERANCE <= lowest and highest <= high + _RANGE_TOLERANCE):
            raise GeneratorOutputError(
                f"generator '{self.name}' answered values from {lowest:g} to {highest:g} where {low:g} to "
                f"{high:g} is declared; say the range that it has, train it again, or take an earlier "
                "checkpoint"
            )
        return images

    def _check(self, labels: Labels | None, count: int) -> Tensor | None:
        """Brings labels to one class for each image."""
        if labels is None:
            return None
        if self.class_count is None:
            raise SampleRequestError(f"generator '{self.name}' knows no classes; leave the labels out")
        given = torch.full((count,), labels) if isinstance(labels, int) else labels
        if given.shape != (count,) or (
            count and not 0 <= int(given.min()) <= int(given.max()) < self.class_count
        ):
            raise SampleRequestError(
                f"labels {given.tolist()[:8]} don't fit {count} images of generator '{self.name}'; give one "
                f"class from 0 to {self.class_count - 1}, or one for each image"
            )
        return given


def to_uint8(
    images: Float[Tensor, "*n c h w"], image_range: tuple[float, float]
) -> UInt8[Tensor, "*n c h w"]:
    """Rounds images from their range to 0…255."""
    low, high = image_range
    return ((images - low) * (255 / (high - low))).round().clamp(0, 255).to(torch.uint8)
