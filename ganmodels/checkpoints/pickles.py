"""Pickles read as data: an interpreter of their opcodes that imports nothing and calls nothing of theirs.

Python's own `pickle` looks up names in modules and calls what it finds; even with a list of what may be
found, a file can still set attributes on those classes. Here a name stays a `Name`, and "call this name"
and "make one of this class" mean: look into the reader's table for a function of ours. What is not in
the table is refused as soon as it is named, with nothing made.
"""

import io
import pickletools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ganmodels.errors import CheckpointCodeError, CheckpointFormatError, CheckpointTruncatedError

Builder = Callable[..., object]
"""Makes a value of ours where a pickle asks to call a name; sees arguments made by this reader only."""

MAX_OPCODES = 5_000_000
_SHOWN = 120
_MARK = object()
_NUMBERS = {"INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"}
_TEXTS = {
    "STRING",
    "BINSTRING",
    "SHORT_BINSTRING",
    "UNICODE",
    "SHORT_BINUNICODE",
    "BINUNICODE",
    "BINUNICODE8",
}
_BYTES = {"BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"}
_LITERALS = frozenset(_NUMBERS | _TEXTS | _BYTES)
_KEYS = (str, bytes, int, float, bool, type(None))
"""What may be a key: hashing nested tuples can take for ever."""


@dataclass(frozen=True)
class Name:
    """A name that a pickle mentions, never looked up."""

    module: str
    name: str

    @property
    def path(self) -> str:
        """The dotted name."""
        return f"{self.module}.{self.name}"


@dataclass(frozen=True)
class Allowed:
    """What a pickle may ask for.

    Attributes:
        builders: by dotted name, called instead of what it names.
        inert: dotted names that may be mentioned as values, such as those of data types.
        persistent: answers the ids of objects that lie outside of the pickle.
    """

    builders: Mapping[str, Builder]
    inert: frozenset[str] = frozenset()
    persistent: Callable[[object], object] | None = None


def read_pickle(stream: io.BytesIO, allowed: Allowed, owner: str) -> object:
    """Reads one pickle and leaves the stream behind it.

    Args:
        stream: the pickle's bytes from here on.
        allowed: see `Allowed`.
        owner: the file's name, for sentences.

    Raises:
        CheckpointCodeError: it asks for a name that is not allowed.
        CheckpointTruncatedError: it ends before its end.
        CheckpointFormatError: it is no sound pickle, or one of more than `MAX_OPCODES` opcodes.
    """
    machine = _Machine(allowed, owner)
    try:
        for count, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
            if count > MAX_OPCODES:
                raise CheckpointFormatError(
                    f"{owner} holds a pickle of more than {MAX_OPCODES} steps; save its tensors only"
                )
            machine.run(opcode.name, argument)
        return machine.result
    except (CheckpointCodeError, CheckpointFormatError):
        raise
    except Exception as error:  # whatever a crafted sequence of opcodes breaks here, it is the file's fault
        if stream.read(1) == b"":
            raise CheckpointTruncatedError(
                f"{owner} ends inside its pickle, or is none; copy it again"
            ) from error
        raise CheckpointFormatError(
            f"{owner} is not a sound pickle ({type(error).__name__}); save it again"
        ) from error


class _Machine:
    """The stack and the memo of one pickle."""

    def __init__(self, allowed: Allowed, owner: str) -> None:
        self._allowed, self._owner = allowed, owner
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}

    @property
    def result(self) -> object:
        """What the finished pickle left on the stack."""
        (result,) = self._stack
        return result

    def run(self, opcode: str, argument: Any) -> None:
        """Carries out one opcode."""
        if opcode in _LITERALS:
            self._stack.append(argument)
        elif opcode in _CONSTANTS:
            self._stack.append(_CONSTANTS[opcode]())
        else:
            verb = getattr(type(self), f"_{opcode.lower()}", None)
            if verb is None:
                raise CheckpointFormatError(f"{self._owner} holds a pickle with {opcode}, which is not read")
            verb(self, argument)

    def _proto(self, _: Any) -> None:
        """Nothing: every protocol is read alike."""

    _frame = _stop = _proto

    def _pop(self, _: Any) -> None:
        self._stack.pop()

    def _dup(self, _: Any) -> None:
        self._stack.append(self._stack[-1])

    def _put(self, index: int) -> None:
        self._memo[index] = self._stack[-1]

    _binput = _long_binput = _put

    def _memoize(self, _: Any) -> None:
        self._memo[len(self._memo)] = self._stack[-1]

    def _get(self, index: int) -> None:
        self._stack.append(self._memo[index])

    _binget = _long_binget = _get

    def _pop_mark(self, _: Any) -> None:
        self._items()

    def _items(self) -> list[Any]:
        """Takes everything above the last mark, and the mark."""
        at = next(index for index in reversed(range(len(self._stack))) if self._stack[index] is _MARK)
        items = self._stack[at + 1 :]
        del self._stack[at:]
        return items

    def _tuple(self, _: Any) -> None:
        self._stack.append(tuple(self._items()))

    def _tuple1(self, _: Any) -> None:
        self._last_as_tuple(1)

    def _tuple2(self, _: Any) -> None:
        self._last_as_tuple(2)

    def _tuple3(self, _: Any) -> None:
        self._last_as_tuple(3)

    def _last_as_tuple(self, count: int) -> None:
        items = tuple(self._stack[-count:])
        del self._stack[-count:]
        self._stack.append(items)

    def _list(self, _: Any) -> None:
        self._stack.append(self._items())

    def _dict(self, _: Any) -> None:
        items = self._items()
        self._stack.append({})
        self._set(items)

    def _frozenset(self, _: Any) -> None:
        self._stack.append(frozenset(_keys(self._items())))

    def _setitem(self, _: Any) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._set([key, value])

    def _setitems(self, _: Any) -> None:
        self._set(self._items())

    def _set(self, items: list[Any]) -> None:
        self._target(dict).update(zip(_keys(items[::2]), items[1::2], strict=True))

    def _append(self, _: Any) -> None:
        item = self._stack.pop()
        self._target(list).append(item)

    def _appends(self, _: Any) -> None:
        items = self._items()
        self._target(list).extend(items)

    def _additems(self, _: Any) -> None:
        items = self._items()
        self._target(set).update(_keys(items))

    def _target(self, kind: type) -> Any:
        if type(self._stack[-1]) is not kind:
            raise CheckpointFormatError(f"{self._owner} holds a pickle that fills what is no {kind.__name__}")
        return self._stack[-1]

    def _mark(self, _: Any) -> None:
        self._stack.append(_MARK)

    def _global(self, argument: str) -> None:
        module, _, name = argument.partition(" ")
        self._stack.append(self._name(module, name))

    def _stack_global(self, _: Any) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        self._stack.append(self._name(module, name))

    def _name(self, module: object, name: object) -> Name:
        found = Name(str(module), str(name))
        if found.path not in self._allowed.builders and found.path not in self._allowed.inert:
            raise CheckpointCodeError(
                f"{self._owner} asks for {found.path[:_SHOWN]!r}, which is neither a tensor nor a plain "
                "container; nothing in it was run: save the state dict alone"
            )
        return found

    def _call(self, name: object, arguments: object) -> None:
        builder = self._allowed.builders.get(name.path) if isinstance(name, Name) else None
        if builder is None or type(arguments) is not tuple:
            raise CheckpointCodeError(
                f"{self._owner} asks to call what is no function; nothing in it was run: save the state dict"
            )
        self._stack.append(builder(*arguments))

    def _reduce(self, _: Any) -> None:
        arguments, name = self._stack.pop(), self._stack.pop()
        self._call(name, arguments)

    _newobj = _reduce

    def _inst(self, argument: str) -> None:
        module, _, name = argument.partition(" ")
        self._call(self._name(module, name), tuple(self._items()))

    def _obj(self, _: Any) -> None:
        name, *arguments = self._items()
        self._call(name, tuple(arguments))

    def _build(self, _: Any) -> None:
        """Drops an object's attributes: what is made here has none (a state dict's `_metadata`, say)."""
        self._stack.pop()
        if isinstance(self._stack[-1], Name):
            raise CheckpointCodeError(
                f"{self._owner} asks to change {self._stack[-1].path[:_SHOWN]!r}; nothing in it was run"
            )

    def _binpersid(self, _: Any) -> None:
        if self._allowed.persistent is None:
            raise CheckpointFormatError(f"{self._owner} holds a pickle of what lies elsewhere; save it whole")
        self._stack.append(self._allowed.persistent(self._stack.pop()))


_CONSTANTS: Mapping[str, Callable[[], object]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_TUPLE": tuple,
    "EMPTY_LIST": list,
    "EMPTY_DICT": dict,
    "EMPTY_SET": set,
}


def _keys(items: list[Any]) -> list[Any]:
    if not all(isinstance(item, _KEYS) for item in items):
        raise CheckpointFormatError("a pickle's dictionary or set holds keys that are no plain values")
    return items
