"""Weights files: found, checked by digest, and read without running anything in them."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pickle  # nosec B403: only for the name of its error
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from metrics.errors import MissingWeightsError, WeightsDigestError
from metrics.extractors.registry import WeightsRequest

DOWNLOAD_TIMEOUT_S = 60
_BLOCK_BYTES = 1 << 20


def default_folder() -> Path:
    """Where weights are kept if nobody says: torch's own folder, which other tools use too."""
    return Path(torch.hub.get_dir()) / "checkpoints"


@dataclass(frozen=True)
class WeightsFile:
    """A public file of weights: what it is called, how it is recognised, where it comes from.

    Attributes:
        title: the network that it belongs to, in prose.
        name: the file's name in a weights folder.
        sha256: its SHA-256.
        url: where it is published.
        instead: what to do if it can't be had, as the end of a sentence.
    """

    title: str
    name: str
    sha256: str
    url: str
    instead: str

    def locate(self, request: WeightsRequest) -> tuple[Path, str]:
        """The file and its digest: from the user's folder, from torch's own, or fetched.

        Raises:
            MissingWeightsError: it is nowhere; the message says where to put it and what to use instead.
            WeightsDigestError: the file found is not the right one.
        """
        return self.find(request) or self.fetch(request)

    def find(self, request: WeightsRequest) -> tuple[Path, str] | None:
        """The file and its digest, if it is there."""
        for folder in _folders(request):
            path = folder / self.name
            if path.is_file():
                return path, checked_digest(path, self.sha256)
        return None

    def fetch(self, request: WeightsRequest) -> tuple[Path, str]:
        """Fetch the file into the user's folder, or torch's own, if that is allowed."""
        target = _folders(request)[0] / self.name
        advice = f"No weights of {self.title}: put {self.name} into {target.parent}, or {self.instead}."
        if not request.download:
            raise MissingWeightsError(advice)
        try:
            download(self.url, target, self.sha256)
        except MissingWeightsError as error:
            raise MissingWeightsError(f"{advice} {error}") from error
        return target, checked_digest(target, self.sha256)


def _folders(request: WeightsRequest) -> list[Path]:
    return [request.folder, default_folder()] if request.folder else [default_folder()]


def package_file(package: str, *parts: str) -> Path | None:
    """A file inside an installed package, found without importing it; None if it isn't there.

    Args:
        package: import name of the package.
        parts: path inside it.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0], *parts)
    return path if path.is_file() else None


def checked_digest(path: Path, expected: str) -> str:
    """SHA-256 of a file that must begin with `expected`.

    Raises:
        WeightsDigestError: it does not.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if not digest.startswith(expected):
        raise WeightsDigestError(
            f"{path} has the SHA-256 {digest[:16]}…, but the right file's begins with {expected[:16]}; "
            "remove it and fetch it again."
        )
    return digest


def state_digest(state: Mapping[str, Tensor]) -> str:
    """SHA-256 of a state dict's names and values, for weights that come from no file."""
    total = hashlib.sha256()
    for name in sorted(state):
        tensor = state[name].detach().cpu().contiguous()
        total.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        total.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())
    return total.hexdigest()


def load_state(path: Path) -> dict[str, Tensor]:
    """Tensors of a state dict; nothing else in the file is accepted.

    Raises:
        WeightsDigestError: the file holds something else.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError):
        state = None
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise WeightsDigestError(f"{path} holds no state dict of tensors; use the original file.")
    return state


def download(url: str, target: Path, expected: str) -> None:
    """Fetch a file; the target appears only when it is whole and has the right digest.

    Args:
        url: https address.
        target: where to put it.
        expected: how its SHA-256 begins.

    Raises:
        MissingWeightsError: it can't be fetched.
        WeightsDigestError: something else came.
    """
    if not url.startswith("https://"):
        raise ValueError(f"{url} is not fetched over https; use an https address.")
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=target.name, suffix=".part")
    part = Path(name)
    try:
        with (
            os.fdopen(descriptor, "wb") as file,
            urllib.request.urlopen(url, timeout=DOWNLOAD_TIMEOUT_S) as reply,  # noqa: S310  # nosec B310
        ):
            while block := reply.read(_BLOCK_BYTES):
                file.write(block)
        checked_digest(part, expected)
        part.replace(target)
    except (urllib.error.URLError, OSError) as error:
        if isinstance(error, WeightsDigestError):
            raise
        raise MissingWeightsError(
            f"{url} can't be fetched ({error}); fetch it on another machine and put it at {target}."
        ) from error
    finally:
        part.unlink(missing_ok=True)
