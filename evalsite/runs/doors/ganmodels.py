"""The door to ``ganmodels``: checkpoints are opened and sampled here, in a worker or a command only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evalsite.runs.errors import CheckpointRefusedError
from evalsite.runs.records import NewView, StoredPicture
from evalsite.samples.images import encode_lossless
from evalsite.samples.models import Checkpoint, SampleSet
from evalsite.samples.selectors import image_labels, image_paths
from evalsite.samples.services import NewImage, add_checkpoint
from evalsite.samples.storage import store
from ganmodels import checkpoints
from ganmodels.checkpoints.asked import Asked
from ganmodels.checkpoints.convert import convert
from ganmodels.checkpoints.load import open_checkpoint
from ganmodels.errors import CheckpointError, GanmodelsError, InsideError
from ganmodels.inside.judges import open_judge
from ganmodels.inside.pictures import read_pictures, to_picture
from ganmodels.inside.views import View, judged_view, usual_views
from ganmodels.protocol import Generator
from ganmodels.registry import get_model, model_faults, model_names

Pixels = NDArray[np.uint8]

BATCH_IMAGES = 64
MOST_SCORED = 1024


def register_checkpoint(
    *, path: Path, name: str, now: datetime, told: Mapping[str, Any] | None = None
) -> Checkpoint:
    """Look into a checkpoint file and keep it; a file that is kept already stays under the name it has.

    Args:
        path: the file.
        name: what to call it.
        now: time of registration.
        told: "model", "settings" and "image_shape" of a state dict, which is kept as a file of ours.

    Raises:
        CheckpointRefusedError: the file is no checkpoint that can be sampled; nothing is kept.
        NameTakenError: the name belongs to another file.
    """
    with TemporaryDirectory() as folder:
        try:
            if told:
                path = _converted(path, Path(folder) / "converted.safetensors", told)
            checkpoints.load(path)  # the weights, too: what can't be sampled is refused now rather than later
            info = checkpoints.inspect(path)
        except GanmodelsError as error:
            raise CheckpointRefusedError(f"{name} can't be registered: {error}") from error
        known = Checkpoint.objects.filter(sha256=info.sha256).first()
        return known or add_checkpoint(
            name=name, data=path, model=info.model, description=info.as_json(), now=now
        )


def _converted(path: Path, target: Path, told: Mapping[str, Any]) -> Path:
    channels, height, width = told["image_shape"]
    asked = Asked(model=told["model"], settings=told["settings"], image_shape=(channels, height, width))
    convert(path, target, asked)
    return target


def open_generator(checkpoint: Checkpoint) -> Generator:
    """The generator that a registered checkpoint holds.

    Raises:
        CheckpointRefusedError: its file can't be opened with this version.
    """
    try:
        return checkpoints.load(store().verified_path(checkpoint.sha256))
    except GanmodelsError as error:
        raise CheckpointRefusedError(f"{checkpoint.name} can't be opened: {error}") from error


def sample_into_store(
    generator: Generator,
    *,
    start: int,
    stop: int,
    seed: int,
    present: Callable[[Pixels], Pixels] | None = None,
) -> Iterator[list[NewImage]]:
    """Sample images and keep each in the store as a lossless RGB file.

    Args:
        generator: what is sampled.
        start: index of the first image; image `i` of a seed is the same wherever one starts.
        stop: index behind the last image.
        seed: any integer.
        present: changes a batch (n, h, w, channels) before it is kept; None keeps it as it is.

    Yields:
        Batches of stored images, in order.
    """
    for batch in generator.iter_samples(stop - start, seed, batch_size=BATCH_IMAGES, start=start):
        images = batch.permute(0, 2, 3, 1).numpy()
        yield [_keep(pixels) for pixels in (present(images) if present else images)]


def views_of(
    generator: Generator, *, seed: int, steps: int, dimensions: int, sought: Sequence[Path] = ()
) -> list[tuple[str, Callable[[], NewView]]]:
    """What there is to see inside a generator: titles, and what makes each view and keeps its pictures.

    Args:
        generator: what is looked into.
        seed: of the latents.
        steps: images per interpolation.
        dimensions: of each space that are gone through, at most.
        sought: files of images whose nearest latents are looked for.
    """
    images = read_pictures(sought, generator.image_shape) if sought else None
    usual = usual_views(generator, steps=steps, dimensions=dimensions, seed=seed, sought=images)
    return [(title, partial(_view, title, make)) for title, make in usual]


def scores_of(
    checkpoint: Checkpoint, *, state: str, sample_set: SampleSet, seed: int
) -> tuple[str, Callable[[], NewView]]:
    """What a training's critic or discriminator thinks: the view's title, and what makes and keeps it.

    Args:
        checkpoint: of the same training.
        state: digest of the file in which the training keeps all its networks.
        sample_set: given images, of which the first `MOST_SCORED` are scored.
        seed: of as many generated ones.
    """
    return "scores", partial(_view, "scores", partial(_judged, checkpoint, state, sample_set, seed))


def _judged(checkpoint: Checkpoint, state: str, sample_set: SampleSet, seed: int) -> View:
    opened = open_checkpoint(store().verified_path(checkpoint.sha256), Asked())
    generator = opened.generator()
    try:
        judge = open_judge(store().verified_path(state), opened.info.description)
    except CheckpointError as error:
        raise InsideError(str(error).replace(state, "the training's state")) from error
    paths, labels = image_paths(sample_set, most=MOST_SCORED), image_labels(sample_set)
    return judged_view(
        generator,
        judge,
        read_pictures(paths, generator.image_shape),
        classes=_classes(labels)[: len(paths)] if all(labels) else None,
        seed=seed,
    )


def _classes(labels: Sequence[str]) -> list[int]:
    """Numbers of the classes, in order of their names."""
    numbers = {label: number for number, label in enumerate(sorted(set(labels)))}
    return [numbers[label] for label in labels]


def _view(title: str, make: Callable[[], View]) -> NewView:
    try:
        view = make()
    except InsideError as error:
        return NewView(title.replace(" ", "-"), title.capitalize(), str(error))
    pictures = []
    for row in view.rows:
        picture = to_picture(row.picture)
        sha256 = store().put(encode_lossless(picture))
        pictures.append(StoredPicture(row.caption, sha256, picture.width, picture.height))
    return NewView(view.name, view.title, view.about, tuple(pictures), view.data)


def _keep(pixels: Pixels) -> NewImage:
    """Keep one image of shape (h, w, 1 or 3)."""
    height, width, channels = pixels.shape
    picture = Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels).convert("RGB")
    return NewImage(sha256=store().put(encode_lossless(picture)), width_px=width, height_px=height)


def describe_catalogue() -> dict[str, Any]:
    """What `evalsite.runs.catalogue` keeps of the models, and the sentences on faulty files."""
    return {
        "models": {name: get_model(name).summary for name in model_names()},
        "faults": list(model_faults().values()),
    }
