"""Extractors by name, ready to run: those of the catalogue, and a user's own."""

from __future__ import annotations

import importlib
from typing import cast

import torch
from torch import nn

from metrics.errors import InvalidMetricError, InvalidSettingError, MissingEvidenceError
from metrics.extractors.backends.choice import on_backend
from metrics.extractors.precision import check_precision
from metrics.extractors.registry import (
    EXTRACTORS,
    FEATURES,
    Extractor,
    Network,
    WeightsRequest,
    check_weights,
)
from metrics.extractors.weights import state_digest

OWN_SIZE_PX = 224
OWN_PROTOCOLS = ("clean", "imagenet", "pytorch_fid", "tf1", "torchmetrics", "unit")


def open_extractor(
    name: str,
    request: WeightsRequest,
    device: torch.device,
    *,
    backend: str = "auto",
    precision: str = "float32",
) -> Extractor:
    """Load an extractor of the catalogue.

    Args:
        name: its name; where it takes images of any size, also "name@SIDE", as in "pixels@64".
        request: which outputs, and where the weights are.
        device: where it runs.
        backend: what runs it: "auto", "torch" or "openvino".
        precision: what it computes in, of `metrics.extractors.precision.ERROR_BOUNDS`.

    Raises:
        UnknownNameError: there is no such extractor or backend.
        InvalidSettingError: no such side or precision, or the backend isn't installed.
        MissingEvidenceError: the extractor has no such output.
        MissingWeightsError: no weights that give the outputs asked for.
        WeightsDigestError: a weights file is not the one it should be.
    """
    stem, at, side = name.partition("@")
    entry = EXTRACTORS.get(stem)
    if at and not (entry.any_size and side.isdecimal() and int(side) > 0):
        raise InvalidSettingError(
            f"{name!r} names no extractor: {_sides(entry.any_size, stem, entry.size_px)}"
        )
    lacking = request.outputs - entry.outputs
    if lacking:
        raise MissingEvidenceError(
            f"{entry.title} gives no {', '.join(sorted(lacking))}; "
            f"it gives {', '.join(sorted(entry.outputs))}: choose another extractor."
        )
    check_precision(precision, device)
    loaded = entry.load(request)
    network, used = on_backend(loaded.network, loaded.outputs, device, backend)
    return Extractor(
        name=name,
        title=f"{entry.title}, {side} px" if at else entry.title,
        weights_digest=loaded.weights_digest,
        outputs=loaded.outputs,
        size_px=int(side) if at else entry.size_px,
        protocols=entry.protocols,
        network=network,
        device=device,
        dtype=precision,
        backend=used,
    )


def own_extractor(text: str, device: torch.device, *, backend: str = "auto") -> Extractor:
    """A user's own extractor. It imports what is named, so the text must come from who runs the process.

    The factory is called without arguments and returns an `Extractor`, or a `torch.nn.Module` from pixels
    (n, 3, size, size) to features (n, d) or to outputs by name; its attributes `size_px` (224) and
    `protocols` say how images are prepared for it.

    Args:
        text: "module:factory".
        device: where it runs.
        backend: what runs it: "auto", "torch" or "openvino".

    Raises:
        InvalidMetricError: nothing of that name, the factory returns something else, or its network would
            pass for one of the catalogue.
    """
    made = _call(text)
    if not isinstance(made, (Extractor, nn.Module)):
        raise InvalidMetricError(
            f"{text} returns {type(made).__name__}; it must return an Extractor or a torch.nn.Module."
        )
    name = text.partition(":")[2]
    extractor = made if isinstance(made, Extractor) else _around(made, name, device, backend)
    check_weights(extractor.name, extractor.weights_digest)
    return extractor


def _around(made: nn.Module, name: str, device: torch.device, backend: str) -> Extractor:
    module = _Named(made.eval().requires_grad_(False))
    size_px = int(getattr(made, "size_px", OWN_SIZE_PX))
    with torch.no_grad():
        outputs = frozenset(module(torch.zeros(1, 3, size_px, size_px)))
    network, used = on_backend(cast(Network, module), outputs, device, backend)
    return Extractor(
        name=name,
        title=name,
        weights_digest=state_digest(made.state_dict()),
        outputs=outputs,
        size_px=size_px,
        protocols=tuple(getattr(made, "protocols", OWN_PROTOCOLS)),
        network=network,
        device=device,
        backend=used,
    )


class _Named(nn.Module):
    """A module whose bare features get their name."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, pixels: torch.Tensor) -> dict[str, torch.Tensor]:
        made = self.module(pixels)
        return made if isinstance(made, dict) else {FEATURES: made}


def _call(text: str) -> object:
    path, _, factory = text.partition(":")
    try:
        return getattr(importlib.import_module(path), factory)()
    except (ImportError, AttributeError, ValueError) as error:
        raise InvalidMetricError(
            f"{text!r} can't be made an extractor ({error}); write MODULE:FACTORY of what python can import."
        ) from error


def _sides(any_size: bool, stem: str, size_px: int) -> str:
    if any_size:
        return f"write {stem}@SIDE with a side in pixels, as in {stem}@{size_px}."
    return f"{stem} takes images of {size_px} pixels a side only; leave the side out."
