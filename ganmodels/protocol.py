"""What a generator is to everyone outside: a source of images that a seed makes repeatable."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, runtime_checkable

from jaxtyping import Float, Int, UInt8
from torch import Tensor

from ganmodels.networks.shapes import ImageShape

Progress = Callable[[int, int], None]
"""progress(done, count), called after every batch."""

Labels = int | Int[Tensor, " n"]
"""One class for all images, or one for each."""

DEFAULT_BATCH_SIZE = 64


@runtime_checkable
class Generator(Protocol):
    """A trained generator.

    Image `i` of a seed depends on the seed and on `i` alone: not on batch size, count or start.
    """

    @property
    def name(self) -> str:
        """The model's name in the catalogue."""
        ...

    @property
    def image_shape(self) -> ImageShape:
        """Channels, height, width."""
        ...

    @property
    def image_range(self) -> tuple[float, float]:
        """Lowest and highest value of `images`; `sample` maps them to 0 and 255."""
        ...

    @property
    def latent_size(self) -> int:
        """Dimensions of the latent."""
        ...

    @property
    def class_count(self) -> int | None:
        """Number of classes that it draws on demand, or None where it knows none."""
        ...

    @property
    def parameter_count(self) -> int:
        """Trained numbers in the generator."""
        ...

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Where it comes from, as plain JSON data."""
        ...

    def sample_latent(self, count: int, seed: int, *, start: int = 0) -> Float[Tensor, "count latent"]:
        """Draws the latents of images `start` to `start + count - 1`; float32 on the CPU."""
        ...

    def images(
        self, latents: Float[Tensor, "n latent"], labels: Labels | None = None
    ) -> Float[Tensor, "n c h w"]:
        """Maps latents (and classes, where it knows any) to images in `image_range`, before rounding."""
        ...

    def iter_samples(
        self,
        count: int,
        seed: int,
        *,
        batch_size: int = DEFAULT_BATCH_SIZE,
        start: int = 0,
        labels: Labels | None = None,
    ) -> Iterator[UInt8[Tensor, "n c h w"]]:
        """Yields images `start` to `start + count - 1` in batches of at most `batch_size`."""
        ...

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
        """Returns images `start` to `start + count - 1` at once."""
        ...


@runtime_checkable
class StyleGenerator(Protocol):
    """A generator that first maps its latent to a style, and makes the image of that."""

    def styles(
        self, latents: Float[Tensor, "n latent"], labels: Labels | None = None
    ) -> Float[Tensor, "n style"]:
        """Maps latents z (and classes, where it knows any) to styles w."""
        ...

    def images_of_styles(self, styles: Float[Tensor, "n style"]) -> Float[Tensor, "n c h w"]:
        """Maps styles to images in `image_range`, before rounding."""
        ...
