"""Small images of every awkward kind, and a data folder for each test."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(autouse=True)
def data_folder(settings: Any, tmp_path: Path) -> Path:
    settings.EVALSITE_DATA = tmp_path / "data"
    return tmp_path / "data"


@pytest.fixture(scope="session")
def picture() -> Callable[..., Image.Image]:
    def draw(seed: int = 0, mode: str = "RGB", size: tuple[int, int] = (8, 8)) -> Image.Image:
        noise = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
        return Image.fromarray(noise).convert(mode)

    return draw


@pytest.fixture(scope="session")
def encoded(picture: Callable[..., Image.Image]) -> Callable[..., bytes]:
    """Bytes of a picture as a file; ``save`` goes to Pillow."""

    def encode(
        seed: int = 0,
        mode: str = "RGB",
        size: tuple[int, int] = (8, 8),
        format: str = "PNG",
        **save: Any,
    ) -> bytes:
        buffer = io.BytesIO()
        picture(seed, mode, size).save(buffer, format=format, **save)
        return buffer.getvalue()

    return encode


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[Mapping[str, bytes]], Path]:
    def make(files: Mapping[str, bytes], name: str = "images") -> Path:
        for file, data in files.items():
            place = tmp_path / name / file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        return tmp_path / name

    return make


@pytest.fixture
def archive(tmp_path: Path) -> Callable[..., Path]:
    def make(files: Mapping[str, bytes], name: str = "images.zip") -> Path:
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as file:
            for entry, data in files.items():
                file.writestr(entry, data)
        return tmp_path / name

    return make
