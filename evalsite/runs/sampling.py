"""The door to ``ganmodels``: checkpoints are opened and sampled here, in a worker or a command only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
from PIL import Image

from evalsite.runs.errors import CheckpointRefusedError
from evalsite.samples.images import encode_lossless
from evalsite.samples.models import Checkpoint
from evalsite.samples.services import NewImage, add_checkpoint
from evalsite.samples.storage import store
from ganmodels import checkpoints
from ganmodels.errors import CheckpointError
from ganmodels.protocol import Generator

BATCH_IMAGES = 64


def register_checkpoint(*, path: Path, name: str, now: datetime) -> Checkpoint:
    """Look into a checkpoint file and keep it; a file that is kept already stays under the name it has.

    Args:
        path: the file.
        name: what to call it.
        now: time of registration.

    Raises:
        CheckpointRefusedError: the file is no checkpoint that can be sampled; nothing is kept.
        NameTakenError: the name belongs to another file.
    """
    try:
        checkpoints.load(
            path
        )  # the weights, too: a file that can't be sampled is refused now rather than later
        info = checkpoints.inspect(path)
    except CheckpointError as error:
        raise CheckpointRefusedError(f"{name} can't be registered: {error}") from error
    known = Checkpoint.objects.filter(sha256=info.sha256).first()
    return known or add_checkpoint(
        name=name, data=path, model=info.model, description=info.as_json(), now=now
    )


def open_generator(checkpoint: Checkpoint) -> Generator:
    """The generator that a registered checkpoint holds.

    Raises:
        CheckpointRefusedError: its file can't be opened with this version.
    """
    try:
        return checkpoints.load(store().path(checkpoint.sha256))
    except CheckpointError as error:
        raise CheckpointRefusedError(f"{checkpoint.name} can't be opened: {error}") from error


def sample_into_store(generator: Generator, *, start: int, stop: int, seed: int) -> Iterator[list[NewImage]]:
    """Sample images and keep each in the store as a lossless RGB file.

    Args:
        generator: what is sampled.
        start: index of the first image; image `i` of a seed is the same wherever one starts.
        stop: index behind the last image.
        seed: any integer.

    Yields:
        Batches of stored images, in order.
    """
    for batch in generator.iter_samples(stop - start, seed, batch_size=BATCH_IMAGES, start=start):
        yield [_keep(pixels) for pixels in batch.permute(0, 2, 3, 1).numpy()]


def _keep(pixels: np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]) -> NewImage:
    """Keep one image of shape (h, w, 1 or 3)."""
    height, width, channels = pixels.shape
    picture = Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels).convert("RGB")
    return NewImage(sha256=store().put(encode_lossless(picture)), width_px=width, height_px=height)
