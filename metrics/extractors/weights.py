"""Weights files: found, checked by digest, and read without running anything in them."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pickle  # nosec B403: only for the name of its error
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import torch
from torch import Tensor

from metrics.errors import MissingWeightsError, WeightsDigestError

DOWNLOAD_TIMEOUT_S = 60
_BLOCK_BYTES = 1 << 20


def default_folder() -> Path:
    """Where weights are kept if nobody says: torch's own folder, which other tools use too."""
    return Path(torch.hub.get_dir()) / "checkpoints"


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
