"""The checkpoint format: one safetensors file whose header carries a description as JSON.

A file holds the tensors of the generator (the average over training, where the recipe keeps one) and, under
the header's `__metadata__` key "ganmodels", everything needed to build the network again and to say where it
comes from. Nothing in it is code. The description travels inside, so that one digest covers both; `save`
writes it beside the file, too, as `<stem>.json` for readers of a repository, but nothing ever reads that
copy.
"""

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from ganmodels.errors import (
    CheckpointFormatError,
    CheckpointMetadataError,
    CheckpointTooLargeError,
    CheckpointTruncatedError,
)
from ganmodels.networks.shapes import ImageShape
from ganmodels.settings import Value

FORMAT_VERSION = 1
METADATA_KEY = "ganmodels"
MAX_FILE_BYTES = 1024**3
MAX_HEADER_BYTES = 4 * 1024**2
_LENGTH_BYTES = 8


@dataclass(frozen=True)
class Description:
    """What a checkpoint says of itself.

    Attributes:
        model: name in the catalogue.
        settings: of `build` and of the objectives, all of them.
        image_shape: channels, height, width.
        recipe: as `Recipe.as_json`.
        data: name, digest and count of the training images.
        seed: of the training.
        step: steps trained.
        command: trains it again.
        versions: of Python and of the packages that decide the numbers.
    """

    model: str
    settings: Mapping[str, Value]
    image_shape: ImageShape
    recipe: Mapping[str, Any]
    data: Mapping[str, Value]
    seed: int
    step: int
    command: str
    versions: Mapping[str, str]

    def to_json(self, indent: int | None = None) -> str:
        """Writes the description as JSON, with the version of the format."""
        return json.dumps({"format": FORMAT_VERSION, **asdict(self)}, indent=indent, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Description":
        """Reads a description.

        Raises:
            CheckpointMetadataError: not JSON, of another format version, or a part is missing or of the wrong
            type.
        """
        try:
            found = json.loads(text)
            _check_portable(found)
        except (ValueError, RecursionError) as error:
            raise CheckpointMetadataError(
                f"the checkpoint's description is not JSON ({error}): save it again"
            ) from error
        if not isinstance(found, dict) or found.get("format") != FORMAT_VERSION:
            raise CheckpointMetadataError(
                f"the checkpoint's description is not of format {FORMAT_VERSION}: "
                "open it with the version of ganmodels that saved it"
            )
        kinds = {"model": str, "image_shape": list, "seed": int, "step": int, "command": str}
        for part in fields(cls):
            kind = kinds.get(part.name, dict)
            if type(found.get(part.name)) is not kind:
                raise CheckpointMetadataError(
                    f"'{part.name}' in the checkpoint's description is not a {kind.__name__}"
                )
        shape = found["image_shape"]
        if len(shape) != 3 or any(type(side) is not int for side in shape):
            raise CheckpointMetadataError(
                f"image_shape {shape} is not three whole numbers (channels, height, width)"
            )
        found["image_shape"] = tuple(shape)
        return cls(**{part.name: found[part.name] for part in fields(cls)})


@dataclass(frozen=True)
class CheckpointFile:
    """A checkpoint file taken apart, its bytes unjudged but complete."""

    name: str
    description: Description
    tensor_shapes: Mapping[str, tuple[int, ...]]
    sha256: str
    content: bytes


def take_apart(name: str, content: bytes) -> CheckpointFile:
    """Takes a file's header apart; all later checks see the very same bytes.

    Raises:
        CheckpointTooLargeError, CheckpointFormatError, CheckpointTruncatedError, CheckpointMetadataError: see
            their names.
    """
    header, data_bytes = split_header(name, content)
    metadata = header.pop("__metadata__", None)
    shapes = _tensor_shapes(name, header, data_bytes)
    if not isinstance(metadata, dict) or not isinstance(metadata.get(METADATA_KEY), str):
        raise CheckpointMetadataError(
            f"{name} is a safetensors file without a '{METADATA_KEY}' description: "
            "give one that ganmodels saved, or name the model that it holds the weights of"
        )
    description = Description.from_json(metadata[METADATA_KEY])
    return CheckpointFile(name, description, shapes, hashlib.sha256(content).hexdigest(), content)


def split_header(name: str, content: bytes) -> tuple[dict[str, Any], int]:
    """Parses the header of a safetensors file.

    Returns:
        The header, and the number of bytes behind it.

    Raises:
        CheckpointTruncatedError, CheckpointTooLargeError, CheckpointFormatError: see their names.
    """
    if len(content) <= _LENGTH_BYTES:
        raise CheckpointTruncatedError(
            f"{name} ends after {len(content)} bytes, before its header: copy it again"
        )
    (length,) = struct.unpack("<Q", content[:_LENGTH_BYTES])
    if length > MAX_HEADER_BYTES:
        raise CheckpointTooLargeError(
            f"{name} declares a header of {length} bytes; at most {MAX_HEADER_BYTES} are read: save it again"
        )
    text = content[_LENGTH_BYTES : _LENGTH_BYTES + length]
    if len(text) < length:
        raise CheckpointTruncatedError(
            f"{name} ends inside its header, after {len(content)} bytes: copy it again"
        )
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CheckpointFormatError(
            f"{name} has a header that is not JSON ({error}): save it again"
        ) from error
    return (header if isinstance(header, dict) else {}), len(content) - _LENGTH_BYTES - length


def is_described(content: bytes) -> bool:
    """Tells whether a safetensors file is one of ours: whether its header speaks of ganmodels."""
    (length,) = struct.unpack("<Q", content[:_LENGTH_BYTES].ljust(_LENGTH_BYTES, b"\0"))
    return (
        f'"{METADATA_KEY}"'.encode() in content[_LENGTH_BYTES : _LENGTH_BYTES + min(length, MAX_HEADER_BYTES)]
    )


def _check_portable(found: object) -> None:
    """Raises `ValueError` for what Python reads as JSON and others don't: NaN, NUL, half a character pair."""
    text = json.dumps(found, ensure_ascii=False, allow_nan=False)
    text.encode()
    if "\\u0000" in text:
        raise ValueError("it holds the character NUL")


def _tensor_shapes(name: str, header: Mapping[str, Any], data_bytes: int) -> dict[str, tuple[int, ...]]:
    try:
        announced = max((int(entry["data_offsets"][1]) for entry in header.values()), default=0)
        shapes = {key: tuple(int(side) for side in entry["shape"]) for key, entry in header.items()}
    except (KeyError, TypeError, IndexError, ValueError, OverflowError) as error:
        raise CheckpointFormatError(
            f"{name} has a malformed table of tensors ({error!r}): save it again"
        ) from error
    if announced != data_bytes:
        raise CheckpointTruncatedError(
            f"{name} holds {data_bytes} bytes of tensors; its header announces {announced}: copy it again"
        )
    return shapes
