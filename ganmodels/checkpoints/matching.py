"""Whose tensors are these? A file's names, however wrapped and prefixed, set against a network's."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from torch import Tensor

from ganmodels.errors import CheckpointArchitectureError, CheckpointFormatError, CheckpointShapeError

Shapes = Mapping[str, tuple[int, ...]]
_MAX_DEPTH = 12
_MAX_VALUES = 200_000
_SHOWN = 8
_LONGEST_NAME = 120


@dataclass(frozen=True)
class Comparison:
    """What differs between the tensors of a file and those of a network.

    Attributes:
        missing: names that the network has and the file has not.
        unexpected: names that only the file has.
        unlike: "name (found) for (expected)" where shapes differ.
    """

    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    unlike: tuple[str, ...]

    def check(self) -> None:
        """Raises `CheckpointShapeError`, naming what differs, where anything does."""
        parts = {"missing": self.missing, "unexpected": self.unexpected, "of other shapes": self.unlike}
        if any(parts.values()):
            told = "; ".join(f"{len(names)} {what}: {_few(names)}" for what, names in parts.items() if names)
            raise CheckpointShapeError(
                f"the checkpoint's tensors are not its network's ({told}); "
                "give the settings it was trained with"
            )


def compare(found: Shapes, expected: Shapes) -> Comparison:
    """Sets the tensors of a file against those of a network."""
    both = sorted(found.keys() & expected.keys())
    return Comparison(
        missing=tuple(sorted(expected.keys() - found.keys())),
        unexpected=tuple(sorted(found.keys() - expected.keys())),
        unlike=tuple(
            f"{name} {found[name]} for {expected[name]}" for name in both if found[name] != expected[name]
        ),
    )


def flatten(value: object) -> dict[str, Tensor]:
    """Lists the tensors in nested dictionaries by their path, joined by dots; wrappers become prefixes.

    Raises:
        CheckpointFormatError: nested deeper than 12, or more than 200 000 values.
    """
    found: dict[str, Tensor] = {}
    waiting: list[tuple[str, object, int]] = [("", value, 0)]
    visited = 0
    while waiting:
        path, at, depth = waiting.pop()
        visited += 1
        if depth > _MAX_DEPTH or visited > _MAX_VALUES:
            raise CheckpointFormatError(
                f"the file is nested deeper than {_MAX_DEPTH} or holds more than {_MAX_VALUES} values; "
                "save the state dict alone"
            )
        if isinstance(at, Tensor):
            found[path] = at
        elif isinstance(at, Mapping):
            waiting += [(f"{path}.{key}" if path else str(key), item, depth + 1) for key, item in at.items()]
    return found


def choose_prefix(found: Shapes, expected: Shapes, part: str = "") -> str:
    """Finds what stands before a network's names in a file: "", "module.", "state_dict.g_ema." and the like.

    The prefix under which most tensors of the network are found, name and shape, is taken; of several alike,
    the average over training ("ema").

    Args:
        found: the file's tensors.
        expected: the network's.
        part: look only below this path.

    Raises:
        CheckpointArchitectureError: several readings fit alike and none is an average, or the part is not
            in the file.
    """
    below = f"{part}." if part else ""
    if not any(name.startswith(below) for name in found):
        parts = _few(dict.fromkeys(name.partition(".")[0] for name in found))
        raise CheckpointArchitectureError(
            f"the file has no part '{part[:_LONGEST_NAME]}'; name one that it has: {parts}"
        )
    by_ending: dict[str, list[str]] = {}
    for name in found:
        by_ending.setdefault(name.rpartition(".")[2], []).append(name)
    fits: Counter[str] = Counter()
    for name, shape in expected.items():
        for candidate in by_ending.get(name.rpartition(".")[2], []):
            prefix = candidate.removesuffix(name)
            if candidate.endswith(name) and (not prefix or prefix.endswith(".")):
                fits[prefix] += 1 + (found[candidate] == shape)
    most = max((count for prefix, count in fits.items() if prefix.startswith(below)), default=0)
    best = sorted(prefix for prefix, count in fits.items() if count == most and prefix.startswith(below))
    averages = [prefix for prefix in best if "ema" in prefix.lower()]
    if len(best) > 1 and len(averages) != 1:
        raise CheckpointArchitectureError(
            f"the file holds {len(best)} sets of tensors that fit alike: {_few(best)}; "
            "name one of them as part"
        )
    return (averages or best or [below])[0]


def _few(names: Iterable[str]) -> str:
    listed = list(names)
    shown = ", ".join(repr(name[:_LONGEST_NAME]) for name in listed[:_SHOWN])
    return shown + (f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else "")
