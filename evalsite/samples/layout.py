"""What the folders of a source say: the class of each image, and where the folders are unlike each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os.path import commonpath
from pathlib import PurePosixPath

SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".ppm", ".pgm", ".pnm"}
)
"""How the names of images end. Others are looked at as well, but say nothing about the folders."""

_NAMED = 3


@dataclass(frozen=True)
class Layout:
    """What the folders say.

    Attributes:
        labels: By name of the file, its class; empty if it has none.
        warnings: Sentences on folders that are unlike each other.
    """

    labels: Mapping[str, str]
    warnings: tuple[str, ...] = ()


def read_layout(names: Sequence[str]) -> Layout:
    """The class of each file: the name of its folder, below the folder that holds all images.

    One folder around all images, or one inside the other, tells no image from another, so it makes no class.

    Args:
        names: Names of the files inside the source, with ``/`` between folders.
    """
    images = [name for name in names if looks_like_image(name)] or list(names)
    around = _folder_around(images)
    labels = {name: _label(PurePosixPath(name).parent, around) for name in names}
    return Layout(labels, tuple(_unlike({PurePosixPath(name).parent for name in images}, around)))


def looks_like_image(name: str) -> bool:
    """Whether a file's name ends as an image's does."""
    return PurePosixPath(name).suffix.lower() in SUFFIXES


def say_some(names: Iterable[str]) -> str:
    """The first few names, quoted, and how many more there are."""
    known = sorted(names)
    said = ", ".join(map(repr, known[:_NAMED]))
    return f"{said} and {len(known) - _NAMED} more" if len(known) > _NAMED else said


def _folder_around(images: Sequence[str]) -> PurePosixPath:
    """The deepest folder that holds all images."""
    parents = {PurePosixPath(name).parent.as_posix() for name in images}
    return PurePosixPath(commonpath(parents) if parents else "")


def _label(folder: PurePosixPath, around: PurePosixPath) -> str:
    below = folder != around and folder.is_relative_to(around)
    return folder.name if below else ""


def _unlike(folders: Iterable[PurePosixPath], around: PurePosixPath) -> Iterator[str]:
    depths: dict[int, list[str]] = {}
    paths: dict[str, list[str]] = {}
    for folder in folders:
        below = folder.relative_to(around)
        depths.setdefault(len(below.parts), []).append(below.as_posix())
        paths.setdefault(below.name, []).append(below.as_posix())
    if 0 in depths and len(depths) > 1:
        inside = [folder for depth, held in depths.items() if depth for folder in held]
        yield (
            f"Some images are in folders ({say_some(inside)}) and some are not: those that are not have no "
            "class. Move them into a folder, or all images into one, and import again if that is not meant."
        )
    if len(deep := sorted(depth for depth in depths if depth)) > 1:
        yield (
            f"The folders are at different depths: {say_some(depths[deep[0]])} above "
            f"{say_some(depths[deep[-1]])}. Each image's class is the folder right around it. Put all class "
            "folders side by side and import again if that is not meant."
        )
    for name, held in sorted(paths.items()):
        if len(held) > 1:
            yield f"The folders {say_some(held)} make one class, {name!r}; rename one if they are two."
