"""The log: means of losses, what was waited for, a clock that saving does not count on."""

import json
import time
from pathlib import Path

import pytest
import torch

from ganmodels.errors import DivergenceError
from ganmodels.training.log import TrainingLog, read_log


def test_a_line_is_the_mean_since_the_line_before(tmp_path: Path) -> None:
    log = TrainingLog(tmp_path / "log.jsonl", 0)
    for value in (1.0, 2.0):
        log.add("critic", {"loss": torch.tensor(value)}, images=8, waiting_s=0.0)
    log.note({"k": 1.23456789e-7})
    line = log.write(2)
    assert (line["step"], line["critic.loss"], line["memory.k"]) == (2, 1.5, 1.23457e-7)
    log.add("critic", {"loss": torch.tensor(5.0)}, images=8, waiting_s=0.0)
    assert log.write(3)["critic.loss"] == 5.0
    assert read_log(tmp_path / "log.jsonl")[0] == line


def test_saving_counts_neither_as_work_nor_as_waiting(tmp_path: Path) -> None:
    log = TrainingLog(tmp_path / "log.jsonl", 0)
    with log.paused():
        time.sleep(0.5)
    log.add("critic", {"loss": torch.tensor(1.0)}, images=1000, waiting_s=0.0)
    assert log.write(1)["images_per_s"] > 2500


def test_a_process_that_does_not_lead_looks_for_nan_and_writes_nothing() -> None:
    log = TrainingLog(None, 0)
    log.add("critic", {"loss": torch.tensor(float("inf"))}, images=8, waiting_s=0.0)
    with pytest.raises(DivergenceError, match=r"critic\.loss became inf by step 7"):
        log.write(7)


def test_a_torn_last_line_is_dropped_when_going_on(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"step": 1}\n{"step": 2}\n{"st')
    TrainingLog(path, 1)
    assert [json.loads(line) for line in path.read_text().splitlines()] == [{"step": 1}]
    assert read_log(tmp_path / "none") == []
