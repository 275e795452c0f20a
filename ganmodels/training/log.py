"""The training log: JSON lines, one per `log_every` steps, cut back to the saved step on resume."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganmodels.errors import DivergenceError


class TrainingLog:
    """Averages losses between lines, looks whether they are finite, and writes how fast it went."""

    def __init__(self, path: Path, step: int) -> None:
        """Opens the log behind the line of `step`; later lines, which will be made again, are dropped."""
        self._path = path
        self._memory: dict[str, float] = {}
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        kept = [line for line in lines if json.loads(line)["step"] <= step]
        path.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
        self._restart()

    def add(self, player: str, losses: Mapping[str, Tensor], images: int, waiting_s: float) -> None:
        """Notes one update, without waiting for the device to compute it.

        Args:
            player: who moved.
            losses: its objective's scalars.
            images: real images that the update saw.
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
                    f"{name} became {value} by step {step}; the last good checkpoint is kept: "
                    "resume from it with a lower learning rate, or take it as it is"
                )
        elapsed_s = max(time.perf_counter() - self._since, 1e-9)
        line = {
            "step": step,
            "images_per_s": round(self._images / elapsed_s, 1),
            "waiting_for_data": round(self._waiting_s / elapsed_s, 4),
            **{name: round(value, 6) for name, value in losses.items()},
            **{f"memory.{name}": round(value, 6) for name, value in self._memory.items()},
        }
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")
        self._restart()
        return line

    def _restart(self) -> None:
        self._losses: dict[str, list[Tensor]] = {}
        self._images, self._waiting_s, self._since = 0, 0.0, time.perf_counter()
