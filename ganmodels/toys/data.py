"""Distributions on the plane with a known density: the toys that papers prove themselves with.

Each is a mixture of round Gaussians: a few for the ring and the grid, a dense row of them for the Swiss roll.
Eight Gaussians of deviation 0.02 on a circle of radius 2: Metz et al. 2016, Unrolled Generative Adversarial
Networks (arXiv:1611.02163), appendix A. A grid of 25, 2 apart, of deviation 0.05: Srivastava et al. 2017,
VEEGAN (arXiv:1705.07761), section 4.1. The Swiss roll, of deviation 0.25: Gulrajani et al. 2017
(arXiv:1704.00028), section 3, as scikit-learn draws it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from ganmodels.errors import ToyNameError, did_you_mean
from ganmodels.seeds import torch_rng

CHANCES = 3
"""Normal numbers that one point is made of: where on the mixture, and how far from there in x and y."""

POINT_SHAPE = (2, 1, 1)
"""A point as the models see it: an image of one pixel, whose channels are x and y."""

_NODES = 2000
"""Gaussians in the roll's row: at most a quarter of their deviation apart, so that sum and integral agree."""

_PIECES = 10


@dataclass(frozen=True)
class Toy:
    """A mixture of equally likely round Gaussians.

    Attributes:
        name: by which the command calls it.
        centres: of the Gaussians, in the toy's own unit.
        std: their standard deviation, in both directions.
        modes: to which mode each Gaussian belongs, from 0; a mode is a Gaussian, or a piece of the roll.
        half_side: the toy is looked at in the square from -half_side to half_side; it is brought to the
            range that a model's images have.
    """

    name: str
    centres: Float[Tensor, "k 2"]
    std: float
    modes: Int[Tensor, " k"]
    half_side: float

    @property
    def mode_count(self) -> int:
        """Number of modes."""
        return int(self.modes.max()) + 1

    def place(self, chances: Float[Tensor, "n 3"]) -> Float[Tensor, "n 2"]:
        """Makes points of standard normal numbers: the first says which Gaussian, the others where in it."""
        share = torch.special.ndtr(chances[:, 0].double())
        chosen = (share * len(self.centres)).long().clamp(max=len(self.centres) - 1)
        return self.centres[chosen] + self.std * chances[:, 1:]

    def draw(self, count: int, rng: torch.Generator) -> Float[Tensor, "n 2"]:
        """Draws points, in the toy's own unit."""
        return self.place(torch.randn(count, CHANCES, generator=rng))

    def log_density(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        """Computes the logarithm of the density per squared unit; float64."""
        squared = torch.cdist(points.double(), self.centres.double()).square()
        log_shares = torch.logsumexp(-squared / (2 * self.std**2), dim=1) - math.log(len(self.centres))
        return log_shares - math.log(2 * math.pi * self.std**2)


def _ring(count: int = 8, radius: float = 2.0, std: float = 0.02) -> Toy:
    angles = 2 * math.pi * torch.arange(count) / count
    centres = radius * torch.stack([angles.cos(), angles.sin()], dim=1)
    return Toy("ring8", centres, std, torch.arange(count), 3.0)


def _grid(side: int = 5, step: float = 2.0, std: float = 0.05) -> Toy:
    ticks = step * (torch.arange(side) - (side - 1) / 2)
    return Toy("grid25", torch.cartesian_prod(ticks, ticks), std, torch.arange(side**2), 5.0)


def _swiss_roll(std: float = 0.25) -> Toy:
    along = (torch.arange(_NODES) + 0.5) / _NODES
    turn = 1.5 * math.pi * (1 + 2 * along)
    centres = torch.stack([turn * turn.cos(), turn * turn.sin()], dim=1)
    return Toy("swiss_roll", centres, std, (along * _PIECES).long(), 17.0)


TOYS: Mapping[str, Toy] = {toy.name: toy for toy in (_ring(), _grid(), _swiss_roll())}


def get_toy(name: str) -> Toy:
    """Finds a toy by name.

    Raises:
        ToyNameError: there is none of that name.
    """
    if name not in TOYS:
        raise ToyNameError(f"no toy named {name[:80]!r}; {did_you_mean(name[:80], TOYS)}")
    return TOYS[name]


@dataclass(frozen=True)
class Frame:
    """The map between a toy's square and the range of a model's images."""

    half_side: float
    low: float
    high: float

    @classmethod
    def of(cls, toy: Toy, image_range: tuple[float, float]) -> "Frame":
        """Maps the toy's square to a range."""
        return cls(toy.half_side, *image_range)

    def images(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, "n 2 1 1"]:
        """Shows points to a model."""
        share = (points.float() / self.half_side + 1) / 2
        images: Tensor = (self.low + (self.high - self.low) * share).reshape(-1, *POINT_SHAPE)
        return images

    def points(self, images: Float[Tensor, "n 2 1 1"]) -> Float[Tensor, "n 2"]:
        """Reads points off what a model answers, in the toy's own unit."""
        share = (images.flatten(1) - self.low) / (self.high - self.low)
        return (2 * share - 1) * self.half_side


class Draws:
    """An endless series of batches, none of which is ever seen twice; see `training.data.Batches`."""

    def __init__(self, toy: Toy, frame: Frame, batch_size: int, seed: int) -> None:
        """Prepares batches of `batch_size` points."""
        self._toy, self._frame, self._batch_size, self._seed = toy, frame, batch_size, seed

    def batch(self, index: int, device: torch.device) -> Float[Tensor, "n 2 1 1"]:
        """Returns batch `index`, from 0, on a device."""
        points = self._toy.draw(self._batch_size, torch_rng(self._seed, "points", index))
        return self._frame.images(points).to(device)

    def labels(self, index: int, device: torch.device) -> None:
        """A point has no class."""
