"""The training log: JSON lines, one per `log_every` steps, cut back to the saved step on resume.

A line says its step, the mean of every loss since the line before as "player.loss", the numbers of the memory
as "memory.name", images per second of all processes together, and `waiting_for_data`, the share of the time
in which the loop had no images to work on, from 0 to 1. Time spent on saving counts for neither.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganmodels.errors import DivergenceError, LogError

LogListener = Callable[[Mapping[str, Any]], None]
"""Called with every line of a log."""


def read_log(path: Path) -> list[dict[str, Any]]:
    """Reads a log's lines; a last one that a crash cut off is left out, a missing file has none.

    Raises:
        LogError: what is there is no log.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
        found = [json.loads(line) for line in lines if line.endswith("\n")]
    except (ValueError, RecursionError) as error:
        raise LogError(
            f"{path} can't be read as a log ({error}); name the --out of a training, or move the file away"
        ) from error
    if not all(isinstance(line, dict) and type(line.get("step")) is int for line in found):
        raise LogError(
            f"{path} is a log of something else; name the --out of a training, or move the file away"
        )
    return found


class TrainingLog:
    """Averages losses between lines, looks whether they are finite, and writes how fast it went."""

    def __init__(self, path: Path | None, step: int) -> None:
        """Opens the log behind the line of `step`; later lines, which will be made again, are dropped.

        Args:
            path: the file; `None` where another process writes it.
            step: to go on from.
        """
        self._path = path
        self._memory: dict[str, float] = {}
        if path is not None:
            kept = [line for line in read_log(path) if line["step"] <= step]
            path.write_text("".join(f"{json.dumps(line)}\n" for line in kept), encoding="utf-8")
        self._restart()

    def add(self, player: str, losses: Mapping[str, Tensor], images: int, waiting_s: float) -> None:
        """Notes one update, without waiting for the device to compute it.

        Args:
            player: who moved.
            losses: its objective's scalars.
            images: real images that the update saw, in all processes.
            waiting_s: seconds spent on fetching them.
        """
        for name, value in losses.items():
            self._losses.setdefault(f"{player}.{name}", []).append(value.detach())
        self._images += images
        self._waiting_s += waiting_s

    def note(self, memory: Mapping[str, float]) -> None:
        """Notes what the training remembers; a line says it as it is then, not on average."""
        self._memory = dict(memory)

    def write(self, step: int) -> dict[str, Any]:
        """Writes and returns the line of a step.

        Raises:
            DivergenceError: an average is NaN or infinite.
        """
        losses = {name: float(torch.stack(values).mean()) for name, values in self._losses.items()}
        for name, value in losses.items():
            if not abs(value) < float("inf"):
                raise DivergenceError(
                    f"{name} became {value} by step {step}; what was saved before is kept: take it as it is, "
                    "or train anew with a lower learning rate"
                )
        elapsed_s = max(time.perf_counter() - self._since, 1e-9)
        numbers = {**losses, **{f"memory.{name}": value for name, value in self._memory.items()}}
        line = {
            "step": step,
            "images_per_s": round(self._images / elapsed_s, 1),
            "waiting_for_data": round(self._waiting_s / elapsed_s, 4),
            **{name: float(f"{value:.6g}") for name, value in numbers.items()},
        }
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(line) + "\n")
        self._restart()
        return line

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stops the clock within the block."""
        began = time.perf_counter()
        yield
        self._since += time.perf_counter() - began

    def _restart(self) -> None:
        self._losses: dict[str, list[Tensor]] = {}
        self._images, self._waiting_s, self._since = 0, 0.0, time.perf_counter()
