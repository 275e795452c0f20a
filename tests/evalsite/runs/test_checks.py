from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evalsite.runs import catalogue
from evalsite.runs.checks import check_catalogue


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], list[str]]]:
    """What the check says if the catalogue's file holds a text."""
    readers = (
        catalogue.metrics,
        catalogue.measurable,
        catalogue.extractors,
        catalogue.models,
        catalogue._read,
    )

    def forget() -> None:
        for reader in readers:
            reader.cache_clear()

    def found(text: str) -> list[str]:
        file = tmp_path / "catalogue.json"
        file.write_text(text)
        monkeypatch.setattr(catalogue, "FILE", file)
        forget()
        return [f"{one.id}: {one.msg}" for one in check_catalogue()]

    yield found
    forget()


def test_the_catalogue_names_every_file() -> None:
    assert check_catalogue() == []


def test_a_file_without_an_entry_and_an_entry_without_a_file_are_named(say) -> None:
    held = json.loads(catalogue.FILE.read_text())
    held["metrics"]["mine"] = held["metrics"].pop("fid")
    del held["models"]["vae"]
    refresh = "run manage.py refresh_catalogue."
    assert say(json.dumps(held)) == [
        f"runs.W001: metrics/catalogue/fid.py is not in the site's catalogue; {refresh}",
        "runs.W001: metrics/catalogue/mine.py is in the site's catalogue, but there is no such file; "
        f"{refresh}",
        f"runs.W001: ganmodels/catalogue/vae.py is not in the site's catalogue; {refresh}",
    ]


@pytest.mark.parametrize("text", ["<<<<<<< ours", "{}", '{"metrics": {"fid": {}}}'])
def test_a_file_that_is_no_catalogue_is_an_error_with_the_next_move(say, text: str) -> None:
    (said,) = say(text)
    assert said.startswith("runs.E001: ")
    assert "catalogue.json can't be read" in said
    assert said.endswith("run manage.py refresh_catalogue.")
