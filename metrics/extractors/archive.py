"""Tensors out of a TorchScript archive, without running the code that it carries.

The archive is a zip: a pickle that says which tensors there are, and their bytes. The pickle is read by an
unpickler that knows tensors, plain containers and inert stand-ins for modules, and refuses everything else.
"""

from __future__ import annotations

import io
import pickle  # nosec B403: only through the restricted unpickler below
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from metrics.errors import WeightsDigestError

_STORAGES = {"FloatStorage": torch.float32, "HalfStorage": torch.float16, "LongStorage": torch.int64}


class _Module:
    """Stands for a TorchScript module: its attributes, and no behaviour."""

    attributes: dict[str, Any]

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.attributes = state


class _Unpickler(pickle.Unpickler):
    def __init__(self, archive: zipfile.ZipFile, root: str) -> None:
        super().__init__(io.BytesIO(archive.read(f"{root}/data.pkl")))
        self._archive = archive
        self._root = root

    def find_class(self, module: str, name: str) -> Any:
        allowed: dict[tuple[str, str], Callable[..., Any] | torch.dtype] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _rebuild,
            **{("torch", storage): dtype for storage, dtype in _STORAGES.items()},
            **{
                ("torch.jit._pickle", f"build_{kind}list"): list
                for kind in ("int", "double", "bool", "tensor")
            },
        }
        if module.startswith("__torch__."):
            return type(name, (_Module,), {})
        if (module, name) not in allowed:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed")
        return allowed[module, name]

    def persistent_load(self, pid: tuple[str, torch.dtype, str, str, int]) -> Tensor:
        kind, dtype, key, _device, count = pid
        if kind != "storage" or not isinstance(dtype, torch.dtype):
            raise pickle.UnpicklingError(f"{kind} of {dtype} is not allowed")
        data = bytearray(self._archive.read(f"{self._root}/data/{key}"))
        return torch.frombuffer(data, dtype=dtype, count=count)


def _rebuild(
    storage: Tensor, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_rest: object
) -> Tensor:
    return storage.as_strided(size, stride, offset)


def read_archive(path: Path) -> dict[str, Tensor]:
    """The tensors of a TorchScript archive by their dotted names, in the order of the file.

    Args:
        path: the archive; check its digest first.

    Raises:
        WeightsDigestError: the file is no such archive, or holds more than modules and tensors.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            root = archive.namelist()[0].split("/")[0]
            module = _Unpickler(archive, root).load()
            if not isinstance(module, _Module):
                raise pickle.UnpicklingError(f"{type(module).__name__} is no module")
            return dict(_tensors(module, ""))
    except (
        zipfile.BadZipFile,
        pickle.UnpicklingError,
        KeyError,
        IndexError,
        AttributeError,
        EOFError,
    ) as error:
        raise WeightsDigestError(
            f"{path} can't be read as a TorchScript archive ({error}); install it again."
        ) from error


def _tensors(module: _Module, prefix: str) -> Iterator[tuple[str, Tensor]]:
    for name, value in module.attributes.items():
        if isinstance(value, _Module):
            yield from _tensors(value, f"{prefix}{name}.")
        elif isinstance(value, Tensor):
            yield f"{prefix}{name}", value
