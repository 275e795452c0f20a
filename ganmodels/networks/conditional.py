"""Networks that are told a class beside their input."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import one_hot

_SLOPE = 0.2


class ConditionalGenerator(nn.Module):
    """A generator that is given the class, one-hot, behind the latent."""

    def __init__(self, network: nn.Module, class_count: int, prior: nn.Module) -> None:
        """Takes a generator for latents `class_count` numbers longer, and what z passes first."""
        super().__init__()
        self.network, self.class_count, self.prior = network, class_count, prior

    def forward(self, latents: Float[Tensor, "n d"], labels: Int[Tensor, " n"]) -> Float[Tensor, "n ..."]:
        """Draws each latent as one of its class."""
        told = one_hot(labels, self.class_count).to(latents.dtype)
        images: Tensor = self.network(torch.cat([self.prior(latents), told], dim=1))
        return images


class JointDiscriminator(nn.Module):
    """A discriminator that looks at image and class together: each is mapped by itself, then both as one."""

    def __init__(self, encoder: nn.Module, features: int, class_count: int, width: int) -> None:
        """Joins an encoder with a layer for classes.

        Args:
            encoder: maps images to `features` numbers.
            features: numbers per image.
            class_count: number of classes.
            width: units of the layer that sees both.
        """
        super().__init__()
        self.encoder, self.class_count = encoder, class_count
        self.of_class = nn.Linear(class_count, features)
        self.joint = nn.Sequential(
            nn.LeakyReLU(_SLOPE), nn.Linear(2 * features, width), nn.LeakyReLU(_SLOPE), nn.Linear(width, 1)
        )

    def forward(self, images: Float[Tensor, "n c h w"], labels: Int[Tensor, " n"]) -> Float[Tensor, "n 1"]:
        """Scores each image as one of its class."""
        told = self.of_class(one_hot(labels, self.class_count).to(images.dtype))
        score: Tensor = self.joint(torch.cat([self.encoder(images), told], dim=1))
        return score
