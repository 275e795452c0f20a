"""StyleGAN2-ADA's pickles, and those of StyleGAN3's stylegan2 configurations, as our `stylegan2`.

Such a file is one pickle of whole networks: each module with its attributes, its tensors, and the source
of its Python module, which NVIDIA's own reader runs. Here a module becomes an inert record of its
class's name and its attributes, the source is dropped unread, and what `G_ema` holds is set against our
own network.
"""

import hashlib
import io
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganmodels.checkpoints.asked import Asked, resolve
from ganmodels.checkpoints.matching import compare
from ganmodels.checkpoints.opened import Opened, empty_network, fill, of_catalogue, shapes_of, told_by_others
from ganmodels.checkpoints.pickles import Allowed, Builder, read_pickle
from ganmodels.checkpoints.state_dict import check_legacy
from ganmodels.checkpoints.stored import BUILDERS, INERT, Storage, StoredTensor
from ganmodels.errors import (
    CheckpointArchitectureError,
    CheckpointFormatError,
    CheckpointMetadataError,
    ImageShapeError,
    SettingError,
)
from ganmodels.registry import get_model
from ganmodels.settings import Value

GENERATOR_KEY = "G_ema"
_LOW_PASS = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64
_FILTER = "resample_filter"
_MAX_DEPTH = 12
_SCALARS = {"f8": "<d", "f4": "<f", "f2": "<e", "i8": "<q", "i4": "<i", "u1": "<B", "b1": "<?"}


@dataclass(frozen=True)
class Record:
    """A module as data: what its class was called, and its attributes."""

    class_name: str
    state: Mapping[str, Any]

    def get(self, name: str, default: Any = None) -> Any:
        """Returns an attribute."""
        return self.state.get(name, default)

    def argument(self, name: str, default: Any) -> Any:
        """Returns what it was constructed with."""
        given = self.get("_init_kwargs")
        return given.get(name, default) if isinstance(given, dict) else default

    def children(self) -> dict[str, "Record"]:
        """Returns its modules by name."""
        held = self.get("_modules") or {}
        return {name: child for name, child in held.items() if isinstance(child, Record)}


def open_stylegan(name: str, content: bytes, asked: Asked) -> Opened:
    """Opens the generator of a StyleGAN2 pickle.

    Args:
        name: the file's.
        content: all of it.
        asked: its settings (truncation, noise) go before the file's.

    Raises:
        CheckpointCodeError: the pickle asks for anything but tensors, plain containers and modules' records.
        CheckpointArchitectureError: no StyleGAN2 generator is in it, or one with parts that ours lacks.
        CheckpointError: in the kinds that `load` lists.
    """
    network_record = _generator_record(name, _read(name, content))
    told, shape = _settings(network_record, name)
    model = get_model("stylegan2")
    try:
        settings = resolve(model, told, asked.settings)
        network = empty_network(model, shape, settings)
    except (SettingError, ImageShapeError) as error:
        raise CheckpointMetadataError(f"{name} describes no network that can be built: {error}") from error
    stored = dict(_tensors(network_record))
    filters = {path for path in stored if path.rpartition(".")[2] == _FILTER}
    for path in filters:
        _check_filter(path, stored[path].tensor(), name)
    kept = {path: value for path, value in stored.items() if path not in filters}
    compare({path: value.shape for path, value in kept.items()}, shapes_of(network.state_dict())).check()
    fill(network, {path: value.tensor() for path, value in kept.items()}, name)
    return of_catalogue(
        model,
        network,
        told_by_others(model.name, settings, shape, model.recipe.as_json()),
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        file_format="StyleGAN2 pickle",
    )


def _read(name: str, content: bytes) -> object:
    def storage(inner: object) -> Storage:
        if not isinstance(inner, bytes):
            raise CheckpointFormatError(f"{name} holds a storage that is no bytes; save it again")
        found, start = check_legacy(name, inner)
        if not isinstance(found, Storage):
            raise CheckpointFormatError(f"{name} holds a storage that is none; save it again")
        return Storage(found.dtype, found.count, inner[start + 8 :])  # eight bytes of count come first

    builders: dict[str, Builder] = {
        **BUILDERS,
        "torch.storage._load_from_bytes": storage,
        "torch_utils.persistence._reconstruct_persistent_obj": _record,
        "dnnlib.util.EasyDict": dict,
        "numpy.dtype": _DataType,
        "numpy.core.multiarray.scalar": _scalar,
        "numpy._core.multiarray.scalar": _scalar,
    }
    return read_pickle(io.BytesIO(content), Allowed(builders, INERT), name)


@dataclass(frozen=True)
class _DataType:
    """NumPy's name of a type of number."""

    code: str
    align: bool = False
    copy: bool = False


def _scalar(kind: _DataType, content: bytes) -> int | float | bool:
    (value,) = struct.unpack(_SCALARS[kind.code], content)
    found: int | float | bool = value
    return found


def _record(meta: Mapping[str, Any]) -> Record:
    state = meta["state"]
    if meta["type"] != "class" or not isinstance(state, dict):
        raise CheckpointFormatError("a module of the pickle has no attributes; save it again")
    return Record(str(meta["class_name"]), state)


def _generator_record(name: str, found: object) -> Record:
    record = found.get(GENERATOR_KEY) if isinstance(found, dict) else found
    parts = record.children() if isinstance(record, Record) else {}
    if not isinstance(record, Record) or not {"mapping", "synthesis"} <= parts.keys():
        raise CheckpointArchitectureError(
            f"{name} is a pickle without a StyleGAN generator under '{GENERATOR_KEY}'; nothing in it was "
            "run: save other networks' state dicts with torch.save"
        )
    if not any(part.startswith("b") for part in parts["synthesis"].children()):
        raise CheckpointArchitectureError(
            f"{name} is a StyleGAN3 generator of configuration t or r; of that project only "
            "stylegan2 is held here"
        )
    return record


def _settings(record: Record, name: str) -> tuple[dict[str, Value], tuple[int, int, int]]:
    """Reads the settings off the attributes and arguments of the modules."""
    parts = record.children()
    mapping, synthesis = parts["mapping"], parts["synthesis"]
    blocks = synthesis.children()
    odd = sorted(
        {str(block.get("architecture", "skip")) for block in blocks.values()} - {"skip"}
        | {str(layer.get("activation", "lrelu")) for layer in _layers(blocks)} - {"lrelu"}
    )
    if odd:
        raise CheckpointArchitectureError(
            f"{name} is a StyleGAN2 with {odd[0][:40]!r}; only skip and lrelu are held"
        )
    clamps = {layer.get("conv_clamp") for layer in _layers(blocks)}
    try:
        (clamp,) = clamps
        settings: dict[str, Value] = {
            "latent_size": record.get("z_dim"),
            "style_size": record.get("w_dim"),
            "class_count": record.get("c_dim"),
            "mapping_layers": mapping.get("num_layers"),
            "mapping_rate": mapping.argument("lr_multiplier", 0.01),
            "channel_base": synthesis.argument("channel_base", 32_768),
            "channel_max": synthesis.argument("channel_max", 512),
            "clamp": float(clamp or 0),
        }
        side, channels = int(record.get("img_resolution")), int(record.get("img_channels"))
    except (TypeError, ValueError) as error:
        raise CheckpointMetadataError(f"{name} does not say its sizes as numbers; save it again") from error
    return settings, (channels, side, side)


def _layers(blocks: Mapping[str, Record]) -> Iterator[Record]:
    for block in blocks.values():
        yield from (layer for part, layer in block.children().items() if part in ("conv0", "conv1"))


def _tensors(record: Record, path: str = "", depth: int = 0) -> Iterator[tuple[str, StoredTensor]]:
    if depth > _MAX_DEPTH:
        raise CheckpointFormatError("the pickle's modules are nested without end; save it again")
    for kind in ("_parameters", "_buffers"):
        for name, value in (record.get(kind) or {}).items():
            if isinstance(value, StoredTensor):
                yield f"{path}{name}", value
    for name, child in record.children().items():
        yield from _tensors(child, f"{path}{name}.", depth + 1)


def _check_filter(path: str, found: Tensor, name: str) -> None:
    if found.shape != (4, 4) or not torch.allclose(found.double(), torch.from_numpy(_LOW_PASS), atol=1e-6):
        raise CheckpointArchitectureError(
            f"{name} resamples by another filter ('{path[:80]}'); [1, 3, 3, 1] is held"
        )
