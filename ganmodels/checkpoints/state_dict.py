"""Plain state dicts, as torch.save writes them: weights for a network that the caller names.

Two locks stand before torch's reader. The archive's table of contents is judged first, and the pickle
inside is read once as data by our own interpreter, which refuses every name but those of tensors and
plain containers and every storage that announces more than the file holds. Then
`torch.load(weights_only=True)` reads it.
"""

import hashlib
import io
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor, nn

from ganmodels.checkpoints.archive import check_stored, entries
from ganmodels.checkpoints.asked import Asked, resolve
from ganmodels.checkpoints.format import MAX_FILE_BYTES
from ganmodels.checkpoints.matching import choose_prefix, compare, flatten
from ganmodels.checkpoints.opened import (
    CheckpointInfo,
    Opened,
    count_parameters,
    empty_network,
    fill,
    of_catalogue,
    shapes_of,
    told_by_others,
)
from ganmodels.checkpoints.own import tensors_of
from ganmodels.checkpoints.pickles import Allowed, read_pickle
from ganmodels.checkpoints.recognise import LEGACY_MAGIC, Kind
from ganmodels.checkpoints.stored import BUILDERS, INERT, Storage, named_storage
from ganmodels.errors import (
    CheckpointArchitectureError,
    CheckpointFormatError,
    CheckpointTooLargeError,
    CheckpointTruncatedError,
)
from ganmodels.registry import LATENT_SIZE, get_model


def open_state_dict(name: str, content: bytes, kind: Kind, asked: Asked, max_bytes: int) -> Opened:
    """Opens weights as the network that was asked for.

    Args:
        name: the file's.
        content: all of it.
        kind: one of the three that hold state dicts.
        asked: names the model with its settings and image shape, or an architecture.
        max_bytes: most that the file may unpack to.

    Raises:
        CheckpointArchitectureError: no network was named, or several parts of the file fit it alike.
        ModelNameError, SettingError, ImageShapeError: no such network.
        CheckpointError: in the kinds that `load` lists.
    """
    if not asked.model and asked.architecture is None:
        raise CheckpointArchitectureError(
            f"{name} holds weights without saying of which network; name the model, its settings and the "
            "images' shape, too"
        )
    opened = _of_architecture(asked, name) if asked.architecture else _of_model(asked, name)
    readers = {Kind.SAFETENSORS: tensors_of, Kind.STATE_ZIP: _read_zip, Kind.STATE_LEGACY: _read_legacy}
    tensors = flatten(readers[kind](name, content))
    if not any(tensors):
        raise CheckpointFormatError(
            f"{name} holds no tensors by name; give a state dict, as torch.save(network.state_dict(), path) "
            "writes it"
        )
    _check_plain(tensors, name, max_bytes)
    expected = shapes_of(opened.network.state_dict())
    prefix = choose_prefix(shapes_of(tensors), expected, asked.part)
    below = {path.removeprefix(prefix): value for path, value in tensors.items() if path.startswith(prefix)}
    compare(shapes_of(below), expected).check()
    fill(opened.network, below, name)
    sha256 = hashlib.sha256(content).hexdigest()
    info = replace(opened.info, sha256=sha256, size_bytes=len(content), file_format=kind.value)
    return replace(opened, info=info)


def check_legacy(name: str, content: bytes) -> tuple[object, int]:
    """Reads a legacy file's pickles as data.

    Returns:
        What it holds, storages as `Storage`, and where the storages' bytes begin.

    Raises:
        CheckpointCodeError, CheckpointFormatError, CheckpointTruncatedError: see `read_pickle`.
        CheckpointTooLargeError: storages announce more than the file holds.
    """
    stream, allowed, storages = _reading(content)
    plain = Allowed({})
    if read_pickle(stream, plain, name) != LEGACY_MAGIC:
        raise CheckpointFormatError(f"{name} is not a file of torch.save; save it again")
    for _ in ("protocol", "machine"):
        read_pickle(stream, plain, name)
    found = read_pickle(stream, allowed, name)
    read_pickle(stream, plain, name)  # the storages' keys
    _check_announced(name, content, storages)
    return found, stream.tell()


def _reading(content: bytes) -> tuple[io.BytesIO, Allowed, dict[object, Storage]]:
    storages: dict[object, Storage] = {}

    def note(identity: object) -> Storage:
        storage = named_storage(identity)
        assert isinstance(identity, tuple)
        return storages.setdefault(identity[2], storage)

    return io.BytesIO(content), Allowed(BUILDERS, INERT, note), storages


def _check_announced(name: str, content: bytes, storages: Mapping[object, Storage]) -> None:
    announced = sum(storage.size_bytes for storage in storages.values())
    if announced > len(content):
        raise CheckpointTooLargeError(
            f"{name} announces tensors of {announced} bytes and has {len(content)}; copy it again"
        )


def _read_legacy(name: str, content: bytes) -> object:
    check_legacy(name, content)
    return _read_with_torch(name, content)


def _read_zip(name: str, content: bytes) -> object:
    found = entries(name, content, MAX_FILE_BYTES)
    check_stored(name, content, found)
    pickles = [entry for entry in found if entry.filename.endswith((".pkl", ".pickle"))]
    if len(pickles) != 1 or len({entry.filename.partition("/")[0] for entry in found}) != 1:
        raise CheckpointFormatError(f"{name} holds more than one archive in one; save it again")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = archive.read(pickles[0])
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError) as error:
        raise CheckpointTruncatedError(f"{name} has a damaged pickle inside; copy it again") from error
    stream, allowed, storages = _reading(inside)
    read_pickle(stream, allowed, name)
    _check_announced(name, content, storages)
    return _read_with_torch(name, content)


def _read_with_torch(name: str, content: bytes) -> object:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of old storages; the file's age is no concern of the caller's
            return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception as error:  # torch's own sentence would advise to load it without the lock
        raise CheckpointTruncatedError(
            f"{name} can't be read by torch ({type(error).__name__}); copy it again, or "
            "save the state dict alone"
        ) from error


def _check_plain(tensors: Mapping[str, Tensor], name: str, max_bytes: int) -> None:
    for path, value in tensors.items():
        if value.layout != torch.strided or value.is_quantized or value.device.type != "cpu":
            raise CheckpointFormatError(
                f"tensor '{path[:80]}' of {name} is sparse, quantised or without numbers; save it dense"
            )
    total = sum(value.numel() * value.element_size() for value in tensors.values())
    if total > max_bytes:
        raise CheckpointTooLargeError(
            f"{name} unpacks to {total} bytes of tensors; at most {max_bytes} are read"
        )


def _of_model(asked: Asked, name: str) -> Opened:
    model, shape = get_model(asked.model), asked.shape(name)
    settings = resolve(model, {}, asked.settings)
    network = empty_network(model, shape, settings)
    description = told_by_others(model.name, settings, shape, model.recipe.as_json())
    return of_catalogue(model, network, description, sha256="", size_bytes=0, file_format="")


def _of_architecture(asked: Asked, name: str) -> Opened:
    """Builds the caller's own network; the settings are the factory's, and `latent_size` among them."""
    assert asked.architecture is not None
    shape, latent_size = asked.shape(name), asked.whole(LATENT_SIZE, name)
    settings = {key: str(value) for key, value in asked.settings.items()}
    factory = getattr(asked.architecture, "__qualname__", type(asked.architecture).__name__)
    try:
        network = asked.architecture(shape, **asked.settings)
    except Exception as error:  # code of the caller's own
        raise CheckpointArchitectureError(
            f"{factory} made no network for {shape} and {settings} ({type(error).__name__}: {error})"
        ) from error
    if not isinstance(network, nn.Module):
        raise CheckpointArchitectureError(
            f"{factory} answered a {type(network).__name__}; return a torch.nn.Module"
        )
    return Opened(
        CheckpointInfo(
            description=told_by_others(factory, settings, shape, {}),
            image_range=asked.image_range,
            latent_size=latent_size,
            parameter_count=count_parameters(network),
            sha256="",
            size_bytes=0,
            file_format="",
        ),
        network,
    )
