"""A style network as a `Generator` that shows its styles, too."""

from typing import Protocol, cast, runtime_checkable

from jaxtyping import Float
from torch import Tensor

from ganmodels.generator import NetworkGenerator
from ganmodels.protocol import Labels


@runtime_checkable
class StyleNetwork(Protocol):
    """What a network offers whose latent becomes a style first."""

    def styles(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        """Maps latents (n, latent_size) to styles (n, style_size)."""
        ...

    def images_of_styles(self, styles: Tensor) -> Tensor:
        """Maps styles (n, style_size) to images (n, c, h, w)."""
        ...


class StyleNetworkGenerator(NetworkGenerator):
    """A generator between whose latents and images lies a space of styles; see `protocol.StyleGenerator`."""

    def styles(
        self, latents: Float[Tensor, "n latent"], labels: Labels | None = None
    ) -> Float[Tensor, "n style"]:
        """Maps latents z to styles w, before truncation. Differentiable.

        Args:
            latents: see `sample_latent`.
            labels: as for `images`.

        Raises:
            SampleRequestError: as for `images`.
        """
        return cast(StyleNetwork, self._network).styles(*self._inputs(latents, labels))

    def images_of_styles(self, styles: Float[Tensor, "n style"]) -> Float[Tensor, "n c h w"]:
        """Maps styles to images in `image_range`, before rounding. Differentiable.

        The images are those of `images` where noise is no matter of the latent.

        Raises:
            GeneratorOutputError: as for `images`.
        """
        return self._ask(cast(StyleNetwork, self._network).images_of_styles, styles)
