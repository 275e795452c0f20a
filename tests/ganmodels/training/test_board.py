"""TensorBoard: the log's lines as scalars; where it is missing, a sentence."""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ganmodels.errors import ExtraMissingError
from ganmodels.training.board import tensorboard

WRITTEN: list[tuple[Any, ...]] = []


class Writer:
    """Stands for torch's writer, which needs the package."""

    def __init__(self, folder: str, purge_step: int) -> None:
        WRITTEN.append(("open", folder, purge_step))

    def add_scalar(self, *words: Any) -> None:
        WRITTEN.append(words)

    def close(self) -> None:
        WRITTEN.append(("close",))


def test_every_number_of_a_line_is_a_scalar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = Writer
    monkeypatch.setitem(sys.modules, module.__name__, module)
    WRITTEN.clear()
    with tensorboard(tmp_path) as on_log:
        on_log({"step": 50, "critic.loss": -1.5, "images_per_s": 9.0})
        on_log({"step": 100, "memory.k": 0.5})
    expected = [
        ("open", str(tmp_path), 50),
        ("critic/loss", -1.5, 50),
        ("speed/images_per_s", 9.0, 50),
        ("memory/k", 0.5, 100),
        ("close",),
    ]
    assert expected == WRITTEN


def test_a_missing_package_is_named_before_anything_is_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with (
        pytest.raises(ExtraMissingError, match=r"pip install 'evalsite\[tensorboard\]'"),
        tensorboard(tmp_path),
    ):
        pass
