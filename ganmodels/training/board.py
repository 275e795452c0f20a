"""The training log in TensorBoard, for those who watch there."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ganmodels.errors import ExtraMissingError
from ganmodels.training.log import LogListener

_GROUPS = {"images_per_s": "speed/images_per_s", "waiting_for_data": "speed/waiting_for_data"}


@contextmanager
def tensorboard(folder: Path) -> Iterator[LogListener]:
    """Answers what writes a line of the log as scalars; what a resumed training makes again is purged.

    Args:
        folder: of the event files.

    Raises:
        ExtraMissingError: TensorBoard is not installed.
    """
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise ExtraMissingError(
            "--tensorboard needs a package that is not installed; pip install 'evalsite[tensorboard]'"
        ) from error
    writers: list[SummaryWriter] = []

    def on_log(line: Mapping[str, Any]) -> None:
        if not writers:
            writers.append(SummaryWriter(str(folder), purge_step=line["step"]))
        for name, value in line.items():
            if name != "step":
                writers[0].add_scalar(_GROUPS.get(name, name.replace(".", "/", 1)), value, line["step"])

    try:
        yield on_log
    finally:
        for writer in writers:
            writer.close()
