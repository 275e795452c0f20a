"""Where images are imported from: a folder, a zip file, an array file.

Files are taken in the order of their names, so a folder and a zip file of it make the same set. Labels and
other facts come from folder names and a metadata file. Hidden files and the resource forks that macOS adds
are passed over. A link to a file is followed; one to a folder, or a folder that can't be read, is named among
the refused. Whatever a decoder of archives or arrays trips over is one sentence: nothing in a file is run.
"""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from evalsite.samples.arrays import array_source
from evalsite.samples.candidates import LABEL, Candidate, ImageSource, make_candidate, refuse, say
from evalsite.samples.errors import RefusedImageError, SourceError
from evalsite.samples.layout import Layout, read_layout
from evalsite.samples.metadata import Metadata, check_metadata, find_metadata, read_metadata
from evalsite.samples.names import visible

MAX_FILE_BYTES = 256 * 1024**2
MAX_TOTAL_BYTES = 64 * 1024**3
MAX_DIRECTORY_BYTES = 160 * 1024**2


@contextmanager
def open_source(path: Path) -> Iterator[ImageSource]:
    """The images of a folder, a zip file or an ``.npz`` file, read one at a time.

    Raises:
        SourceError: the path is none of these, or is damaged as a whole, or its metadata file is faulty.
    """
    if path.is_dir():
        yield _folder_source(path)
    elif path.is_file():
        with _archive(path) as archive:
            yield (
                array_source(archive, path) if path.suffix.lower() == ".npz" else _zip_source(archive, path)
            )
    else:
        raise SourceError(f"there is no file or folder {str(path)!r}; give a folder, a .zip or an .npz")


def _visible(name: str) -> bool:
    parts = PurePosixPath(name).parts
    hidden = any(part.startswith(".") and part != ".." for part in parts)
    return bool(parts) and not hidden and "__MACOSX" not in parts


@dataclass(frozen=True)
class _Description:
    """What folders and a metadata file say of the files of a source."""

    layout: Layout
    metadata_name: str | None
    metadata: Metadata

    def candidate(self, name: str, read: Callable[[], bytes]) -> Candidate:
        """A candidate with what is known of it; refused if the metadata file leaves it out."""
        if self.metadata_name is None:
            return make_candidate(name, self.layout.labels[name], read)
        if (row := self.metadata.rows.get(name)) is None:
            return refuse(name, f"{self.metadata_name} has no row for it")
        facts = {column: value for column, value in row.items() if column != LABEL}
        return make_candidate(name, row.get(LABEL, self.layout.labels[name]), read, facts)


def _describe(names: Sequence[str], read: Callable[[str], bytes]) -> _Description:
    """What is known of the files of these names; ``read`` gives the metadata file's bytes."""
    metadata_name = find_metadata(names)
    files = [name for name in names if name != metadata_name]
    layout, metadata = read_layout(files), Metadata()
    if metadata_name is not None:
        try:
            data = read(metadata_name)
        except RefusedImageError as error:
            raise SourceError(
                f"{visible(metadata_name)} can't be used: {error}; mend or remove it"
            ) from error
        metadata = read_metadata(metadata_name, data)
        check_metadata(metadata_name, metadata, files, layout.labels)
    return _Description(layout, metadata_name, metadata)


def _folder_source(folder: Path) -> ImageSource:
    refused, names = _folder_files(folder)
    described = _describe(names, lambda name: _file_reader(folder / name)())
    found = {name: refuse(name, reason) for name, reason in refused.items()}
    for name in names:
        if name != described.metadata_name:
            found[name] = described.candidate(name, _file_reader(folder / name))
    candidates = [found[name] for name in sorted(found)]
    return ImageSource(len(candidates), iter(candidates), described.layout.warnings)


def _folder_files(folder: Path) -> tuple[dict[str, str], list[str]]:
    """Folders that can't be read, with the reason, and the names of all visible files."""
    faults: list[OSError] = []
    found: list[str] = []
    for parent, folders, files in os.walk(folder, onerror=faults.append):
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        for file in [*files, *links]:
            found.append((Path(parent) / file).relative_to(folder).as_posix())
    refused: dict[str, str] = {}
    for fault in faults:
        name = Path(fault.filename).relative_to(folder).as_posix()
        if name == ".":
            raise SourceError(f"{folder} can't be read ({fault.strerror}); change its permissions")
        if _visible(name):
            refused[name] = f"the folder can't be read ({fault.strerror})"
    return refused, sorted(filter(_visible, found))


def _file_reader(file: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            facts = file.stat()
            if stat.S_ISDIR(facts.st_mode):
                raise RefusedImageError("a link to a folder, not followed; import that folder by itself")
            if not stat.S_ISREG(facts.st_mode):  # reading a pipe would wait for ever
                raise RefusedImageError("not a regular file")
            _check_size(facts.st_size)
            return file.read_bytes()
        except OSError as error:
            raise RefusedImageError(f"can't be read ({error.strerror})") from error

    return read


def _check_size(size_bytes: int) -> None:
    if size_bytes > MAX_FILE_BYTES:
        raise RefusedImageError(f"{size_bytes} bytes unpacked; at most {MAX_FILE_BYTES} are taken")


class _GuardedFile(io.BufferedReader):
    """A file that gives no more than so much at once, lest an archive's table of contents fill the memory."""

    most_bytes: int | None = MAX_DIRECTORY_BYTES

    def read(self, size: int | None = -1, /) -> bytes:
        """As any file's. Raises ``ValueError`` where too much is asked for."""
        if self.most_bytes is not None and size is not None and size > self.most_bytes:
            raise ValueError(f"its table of contents has {size} bytes, more than {self.most_bytes}: split it")
        return super().read(size)


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    with ExitStack() as opened:
        try:
            file = opened.enter_context(_GuardedFile(io.FileIO(path)))
            archive = opened.enter_context(zipfile.ZipFile(file))
        except Exception as error:  # zipfile raises whatever its parser trips over
            raise SourceError(
                f"{visible(path.name)} can't be read as a zip or npz file ({say(error)}); "
                "give one, or a folder"
            ) from error
        file.most_bytes = None
        yield archive


def _zip_source(archive: zipfile.ZipFile, path: Path) -> ImageSource:
    entries = [
        entry for entry in archive.infolist() if not entry.filename.endswith("/") and _visible(entry.filename)
    ]
    total_bytes = sum(entry.file_size for entry in entries)
    if total_bytes > MAX_TOTAL_BYTES:
        raise SourceError(
            f"{path.name} unpacks to {total_bytes} bytes; at most {MAX_TOTAL_BYTES} are taken: split it"
        )
    entries.sort(key=lambda entry: entry.filename)
    names = [entry.filename for entry in entries if not _leaves_the_archive(entry.filename)]
    described = _describe(names, lambda name: _entry_reader(archive, archive.getinfo(name))())
    entries = [entry for entry in entries if entry.filename != described.metadata_name]
    candidates = _zip_candidates(archive, entries, described)
    return ImageSource(len(entries), candidates, described.layout.warnings)


def _zip_candidates(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], described: _Description
) -> Iterator[Candidate]:
    before = ""
    for entry in entries:
        if entry.filename == before:
            yield refuse(entry.filename, "a second file of this name in the archive")
        elif _leaves_the_archive(entry.filename):
            yield refuse(entry.filename, "its name leads out of the archive")
        else:
            yield described.candidate(entry.filename, _entry_reader(archive, entry))
        before = entry.filename


def _leaves_the_archive(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return "\\" in name or ".." in parts or parts[0] == "/" or ":" in parts[0]


def _entry_reader(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        if entry.flag_bits & 1:
            raise RefusedImageError("encrypted")
        _check_size(entry.file_size)  # zipfile never hands out more than the entry declares
        try:
            return archive.read(entry)
        except Exception as error:  # so do its decoders
            raise RefusedImageError(f"damaged in the archive ({say(error)})") from error

    return read
