"""Which files of a folder or an archive are training images, and in what order.

Rule: those with an image's suffix, sorted by name; hidden files, and what macOS packs beside the files of an
archive, are none.
"""

import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePath, PurePosixPath

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"})
_ARCHIVE_EXTRAS = "__MACOSX"


def image_files(folder: Path) -> list[Path]:
    """Lists the images of a folder and of those below it."""
    files = sorted(folder.rglob("*"))
    return [file for file in files if _is_image(file.relative_to(folder))]


def image_entries(entries: Iterable[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Lists the images among an archive's entries."""
    found = sorted(entries, key=lambda entry: entry.filename)
    return [entry for entry in found if _is_image(PurePosixPath(entry.filename))]


def _is_image(inside: PurePath) -> bool:
    hidden = any(part.startswith(".") or part == _ARCHIVE_EXTRAS for part in inside.parts)
    return not hidden and inside.suffix.lower() in IMAGE_SUFFIXES
