"""How static files are found and named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import plotly
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

PACKAGE_FILES = {"vendor/plotly.min.js": Path(plotly.__file__).parent / "package_data" / "plotly.min.js"}
"""Files of installed packages that pages load, by the name they are served under."""


class ModuleManifestStorage(ManifestStaticFilesStorage):
    """Hashed names, rewritten in the imports of our own ES modules too.

    Scripts of installed packages are left as they are: in a bundle, what looks like an import may be none.
    A file is there whole or not at all: one cut short by a full disk would look newer than its source, and be
    left as it is for ever.
    """

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        ManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],  # type: ignore[attr-defined]  # private
    )

    def _save(self, name: str, content: File[Any]) -> str:
        half = f"{name}.half-{token_hex(4)}"
        try:
            super()._save(half, content)  # type: ignore[misc]  # missing in the stubs
            Path(self.path(half)).replace(self.path(name))
        except BaseException:
            self.delete(half)
            raise
        return name


class PackageFilesFinder(BaseFinder):
    """Finds single files inside installed packages, so that nothing of others is kept in the repository."""

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The file's place on disk; a list where all are asked for."""
        found = PACKAGE_FILES.get(path)
        if find_all:
            return [str(found)] if found else []
        return str(found) if found else []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """All files, as pairs of name and the storage that opens it."""
        for name, path in PACKAGE_FILES.items():
            yield name, _SingleFileStorage(name, path)


class _SingleFileStorage(FileSystemStorage):
    """A storage of one file under another name."""

    prefix = None

    def __init__(self, name: str, path: Path) -> None:
        super().__init__(location=str(path.parent))
        self._single = {name: path.name}

    def path(self, name: str) -> str:
        return super().path(self._single.get(name, name))
