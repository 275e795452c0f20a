"""A catalogue of the site with more files, or with one that can't be imported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

FAULTY = "mine"


@contextmanager
def faulty_file(registry: ModuleType, folder: Path) -> Iterator[str]:
    """Give the catalogue of `registry`, of tasks or of recruiters, a file `mine.py`; its sentence.

    Args:
        registry: the module that reads the catalogue.
        folder: an empty one, where the file is written.
    """
    (folder / f"{FAULTY}.py").write_text("import nothing_of_this_name\n")
    with added_files(registry, folder):
        yield registry.faults()[FAULTY]


@contextmanager
def added_files(registry: ModuleType, folder: Path) -> Iterator[None]:
    """Give the catalogue of `registry`, of tasks or of recruiters, the files of `folder` too."""
    registry.names()  # so that there is something to go back to
    kept = next(value for name, value in vars(registry).items() if name in ("_TASKS", "_RECRUITERS"))
    path = [*registry.catalogue.__path__, str(folder)]
    with patch.object(registry.catalogue, "__path__", path), patch.dict(vars(kept)):
        del vars(kept)["_found"]
        yield
