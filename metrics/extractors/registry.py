"""What an extractor is, and how a file becomes one."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import InvalidMetricError
from metrics.extractors.precision import computing_in
from metrics.extractors.threads import limited_threads
from metrics.registry.discovery import Catalogue, unknown_name

FEATURES = "features"
PROBABILITIES = "probabilities"


@runtime_checkable
class Network(Protocol):
    """Prepared pixels (n, 3, size, size) → outputs by name, each with n rows."""

    def __call__(self, pixels: Float[Tensor, "n 3 s s"], /) -> dict[str, Tensor]:
        """All outputs that the network has."""

    def to(self, device: torch.device, /) -> Network:
        """The network on another device."""


@dataclass(frozen=True)
class Extractor:
    """A network with its weights, ready to run.

    Attributes:
        name: its name in results.
        title: its name in prose.
        weights_digest: SHA-256 of the weights file.
        outputs: names of what its network gives, such as "features" and "probabilities".
        size_px: side of the network's input.
        protocols: names of the protocols it may be used with, the default first.
        network: the function itself.
        device: where it runs.
        dtype: what it computes in, of `PRECISIONS`.
        backend: what runs the network.
    """

    name: str
    title: str
    weights_digest: str
    outputs: frozenset[str]
    size_px: int
    protocols: tuple[str, ...]
    network: Network = field(repr=False)
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    dtype: str = "float32"
    backend: str = "torch"

    def look(self, pixels: Float[Tensor, "n 3 s s"]) -> dict[str, Tensor]:
        """The network's outputs for prepared pixels, in the precision that `dtype` says.

        Args:
            pixels: as a protocol prepares them, on any device.
        """
        with limited_threads(), torch.no_grad(), computing_in(self.dtype, self.device):
            return self.network(pixels.to(self.device))

    def protocol_name(self, asked: str | None) -> str:
        """The protocol to use: the default, or the one asked for.

        Raises:
            UnknownNameError: the extractor isn't used with the protocol asked for.
        """
        if asked is None:
            return self.protocols[0]
        if asked not in self.protocols:
            raise unknown_name(f"protocol of {self.name}", asked, self.protocols)
        return asked


@dataclass(frozen=True)
class WeightsRequest:
    """What is asked of an extractor's loader.

    Attributes:
        outputs: what the network has to give, and no more; none named means all that the weights found allow.
        folder: where the user keeps weights files, or None.
        download: whether a file may be fetched.
    """

    outputs: frozenset[str]
    folder: Path | None = None
    download: bool = True


@dataclass(frozen=True)
class LoadedNetwork:
    """What a loader gives back."""

    network: Network
    weights_digest: str
    outputs: frozenset[str]


Loader = Callable[[WeightsRequest], LoadedNetwork]


@dataclass(frozen=True)
class ExtractorEntry:
    """A registered extractor, its weights not loaded yet; fields as in `Extractor`.

    Attributes:
        digests: the SHA-256 of its weights, in each file that holds them: its name stands for no others.
            Empty where no file does.
        any_size: whether its input may have another side than `size_px`.
    """

    name: str
    title: str
    paper: str
    outputs: frozenset[str]
    size_px: int
    protocols: tuple[str, ...]
    load: Loader
    digests: frozenset[str]
    any_size: bool = False

    @property
    def description(self) -> str:
        """What it is and what it doesn't see, from its file's docstring."""
        return inspect.getdoc(inspect.getmodule(self.load)) or ""


EXTRACTORS: Catalogue[ExtractorEntry] = Catalogue("extractor", "metrics.extractors.catalogue")


def register_extractor(
    *,
    name: str,
    title: str,
    paper: str,
    outputs: set[str] | frozenset[str],
    size_px: int,
    protocols: tuple[str, ...],
    digests: set[str] | frozenset[str],
    any_size: bool = False,
) -> Callable[[Loader], Loader]:
    """Make the decorated loader an extractor.

    Args:
        name: the file's stem.
        title: name in prose.
        paper: reference with its arXiv number.
        outputs: what the network gives with complete weights.
        size_px: side of its input.
        protocols: names of the protocols it may be used with, the default first.
        digests: the SHA-256 of its weights, in each file that holds them; empty where no file does.
        any_size: whether the user may choose another side.
    """

    def decorate(load: Loader) -> Loader:
        entry = ExtractorEntry(
            name=name,
            title=title,
            paper=paper,
            outputs=frozenset(outputs),
            size_px=size_px,
            protocols=protocols,
            load=load,
            digests=frozenset(digests),
            any_size=any_size,
        )
        EXTRACTORS.add(name, entry, load.__module__)
        return load

    return decorate


def check_weights(name: str, digest: str) -> None:
    """Check that a name of the catalogue comes with that network's weights: its numbers are called by it.

    Args:
        name: an extractor's name; what is not in the catalogue may have any weights.
        digest: the SHA-256 of its weights.

    Raises:
        InvalidMetricError: the weights are others, or the file of that name can't be used.
    """
    stem = name.partition("@")[0]
    digests = EXTRACTORS.get(stem).digests if EXTRACTORS.has(stem) else frozenset()
    if digests and digest not in digests:
        raise InvalidMetricError(
            f"An extractor calls itself {name!r}, but its weights (SHA-256 {digest[:16]}…) are not that "
            "network's, and its numbers would get its name; give it, or its factory, another name."
        )
