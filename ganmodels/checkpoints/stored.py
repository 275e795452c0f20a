"""Tensors as pickles tell of them: a storage and a view of it, checked before a byte is copied."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor

from ganmodels.checkpoints.pickles import Builder, Name
from ganmodels.errors import CheckpointFormatError, CheckpointTruncatedError

STORAGES: Mapping[str, torch.dtype] = {
    "FloatStorage": torch.float32,
    "DoubleStorage": torch.float64,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
}
INERT = (
    frozenset(f"torch.{name}" for name in STORAGES)
    | frozenset(str(dtype) for dtype in STORAGES.values())
    | {"torch.storage.UntypedStorage"}
)
_MAX_AXES = 8


@dataclass(frozen=True)
class Storage:
    """A run of numbers: their type, how many are announced, and the bytes where they are known."""

    dtype: torch.dtype
    count: int
    content: bytes = b""

    @property
    def size_bytes(self) -> int:
        """Bytes that it announces."""
        return self.count * self.dtype.itemsize


@dataclass(frozen=True)
class StoredTensor:
    """A view of a storage, in numbers."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def tensor(self) -> Tensor:
        """Copies the numbers out.

        Raises:
            CheckpointTruncatedError: the storage has fewer bytes than it announces.
        """
        if len(self.storage.content) != self.storage.size_bytes:
            raise CheckpointTruncatedError(
                f"a tensor announces {self.storage.size_bytes} bytes; {len(self.storage.content)} are there: "
                "copy the file again"
            )
        if not self.storage.count:
            return torch.empty(self.shape, dtype=self.storage.dtype)
        flat = torch.frombuffer(bytearray(self.storage.content), dtype=self.storage.dtype)
        return flat.as_strided(self.shape, self.strides, self.offset).clone()


def named_storage(identity: object) -> Storage:
    """Reads the persistent id by which torch's files name a storage.

    Raises:
        CheckpointFormatError: it is none.
    """
    match identity:
        case ("storage", Name("torch", name), str(), str(), int(count), *_) if (
            name in STORAGES and count >= 0
        ):
            return Storage(STORAGES[name], count)
    raise CheckpointFormatError("a tensor lies in a storage of an unknown kind; save it as plain float32")


def rebuilt(storage: object, offset: object, shape: object, strides: object, *_: object) -> StoredTensor:
    """Stands for torch's own rebuilding of a tensor.

    Raises:
        CheckpointFormatError: the view reaches outside of its storage, or repeats it to look larger.
    """
    sides, steps = _whole(shape), _whole(strides)
    if not isinstance(storage, Storage) or len(sides) != len(steps) or len(sides) > _MAX_AXES:
        raise CheckpointFormatError("a tensor of the file has no shape that can be read; save it again")
    (first,) = _whole((offset,))
    last = first + sum((side - 1) * step for side, step in zip(sides, steps, strict=True))
    numbers = prod(sides)
    if numbers and (last >= storage.count or numbers > storage.count):
        raise CheckpointFormatError(
            f"a tensor of shape {sides} does not fit its storage of {storage.count} numbers; save it again"
        )
    return StoredTensor(storage, first, sides, steps)


def _whole(values: object) -> tuple[int, ...]:
    if not isinstance(values, tuple) or any(type(value) is not int or value < 0 for value in values):
        raise CheckpointFormatError("a tensor's shape, strides or offset are no whole numbers; save it again")
    return values


def _parameter(data: object, *_: object) -> object:
    return data


def _plain_dict(*pairs: object) -> dict[object, object]:
    if pairs:
        raise CheckpointFormatError("a dictionary of the file is made of a call; save it again")
    return {}


def _counts(items: object = None) -> dict[object, object]:
    """Stands for a Counter, in which schedulers of the learning rate keep their milestones."""
    if items is not None and not isinstance(items, dict):
        raise CheckpointFormatError("a counter of the file counts no plain values; save it again")
    return dict(items or {})


def _device(kind: object, index: object = 0) -> str:
    """Stands for a device, which is a word here: everything is read into the CPU's memory."""
    return f"{kind}:{index}" if isinstance(kind, str) else "cpu"


def _plain_set(items: object = ()) -> set[object]:
    if not isinstance(items, list | tuple) or not all(isinstance(item, str | int) for item in items):
        raise CheckpointFormatError("a set of the file holds more than words and numbers; save it again")
    return set(items)


def _size(sides: object = ()) -> tuple[int, ...]:
    return _whole(sides)


def _encoded(text: object, encoding: object = "latin1") -> bytes:
    """Makes bytes of the text that protocols below 3 write them as."""
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise CheckpointFormatError(
            "bytes of the file are written as another text than Latin-1; save it again"
        )
    return text.encode("latin-1")


BUILDERS: Mapping[str, Builder] = {
    "torch._utils._rebuild_tensor_v2": rebuilt,
    "torch._utils._rebuild_tensor": rebuilt,
    "torch._utils._rebuild_parameter": _parameter,
    "torch.Size": _size,
    "torch.device": _device,
    "collections.OrderedDict": _plain_dict,
    "collections.Counter": _counts,
    "_codecs.encode": _encoded,
    "builtins.set": _plain_set,
    "__builtin__.set": _plain_set,
}
