"""Static files as a production site serves them."""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Iterator
from pathlib import Path

import plotly
import pytest
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.core.management import call_command
from pytest_django import Settings

from evalsite.settings import STORAGES
from evalsite.staticfiles import ModuleManifestStorage

IMPORT = re.compile(r"""^(?:import|export)\b[^;]*?\bfrom\s+["'](\.[^"']+)["']""", re.MULTILINE)


@pytest.fixture
def collected(tmp_path: Path, settings: Settings) -> Path:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = STORAGES
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def test_imports_of_our_modules_lead_to_hashed_files(collected: Path) -> None:
    names: dict[str, str] = json.loads((collected / "staticfiles.json").read_text())["paths"]
    modules = [name for name in names if name.startswith("js/")]
    targets = [
        (collected / names[name]).parent / target
        for name in modules
        for target in IMPORT.findall((collected / names[name]).read_text())
    ]
    assert len(targets) > 10
    for target in targets:
        assert target.resolve().exists()
        assert re.search(r"\.[0-9a-f]{12}\.js$", target.name)


def test_a_file_that_is_cut_short_is_not_there_and_is_collected_again(tmp_path: Path) -> None:
    storage = ModuleManifestStorage(location=tmp_path)

    class Cut(ContentFile[bytes]):
        def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
            yield b"half"
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        storage.save("js/a.js", Cut(b""))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert storage.save("js/a.js", ContentFile(b"whole")) == "js/a.js"
    assert (tmp_path / "js" / "a.js").read_bytes() == b"whole"


def test_plotly_is_served_from_its_package() -> None:
    found = finders.find("vendor/plotly.min.js")
    assert found is not None
    assert Path(found).is_relative_to(Path(plotly.__file__).parent)


def test_a_file_that_is_nowhere_is_not_found() -> None:
    assert not finders.find("vendor/nothing.js")
