"""One faulty file is one sentence, and the others are still there."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evalsite.catalogues import Catalogue


class Vessel:
    name: str


class UnknownVesselError(KeyError):
    pass


class MalformedVesselError(TypeError):
    pass


SOUND = "from {here} import Vessel\nclass Found(Vessel):\n    name = {name!r}\n"
Shelf = Callable[..., Catalogue[Vessel]]


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """Makes a catalogue of files: each source by its stem."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(**sources: str) -> Catalogue[Vessel]:
        folder = tmp_path / "site_shelf"
        folder.mkdir()
        for stem, source in {"__init__": "", **sources}.items():
            (folder / f"{stem}.py").write_text(source)
        return Catalogue[Vessel](
            importlib.import_module("site_shelf"),
            Vessel,
            noun="vessel",
            declared=("name",),
            unknown=UnknownVesselError,
            malformed=MalformedVesselError,
        )

    yield make
    for name in [name for name in sys.modules if name.partition(".")[0] == "site_shelf"]:
        del sys.modules[name]


def _sound(name: str) -> str:
    return SOUND.format(here=__name__, name=name)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("def f(:", "SyntaxError: invalid syntax (mine.py, line 1)"),
        ("x = 1\nimport nowhere", "ModuleNotFoundError: No module named 'nowhere' (line 2)"),
        ("raise SystemExit", "SystemExit (line 1)"),
        ("raise ValueError('one\\ntwo.')", "ValueError: one two (line 1)"),
    ],
)
def test_a_file_that_fails_is_a_sentence_and_the_others_are_there(
    shelf: Shelf, source: str, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    found = shelf(jug=_sound("jug"), mine=source, vase=_sound("vase"))
    said = f"site_shelf/mine.py can't be used: {sentence}. Mend or remove the file."
    assert list(found.all) == ["jug", "vase"]
    assert found.faults == {"mine": said}
    assert found.get("vase").name == "vase"
    with pytest.raises(MalformedVesselError) as caught:
        found.get("mine")
    assert str(caught.value) == said
    assert caplog.text.count(said) == 1, "in the log once, however often it is asked for"


def test_a_file_that_defines_nothing_or_another_name_is_a_fault(shelf: Shelf) -> None:
    found = shelf(bare="", jug=_sound("jug"), vase=_sound("mug"))
    assert list(found.all) == ["jug"]
    assert found.faults == {
        "bare": "catalogue/bare.py defines 0 vessels; expected one subclass of Vessel",
        "vase": "catalogue/vase.py names its vessel 'mug'; the name must be the file's stem",
    }


def test_an_unknown_name_is_answered_with_one_that_can_be_used(shelf: Shelf) -> None:
    with pytest.raises(UnknownVesselError, match="no vessel named 'vaze'; did you mean 'vase'"):
        shelf(vase=_sound("vase")).get("vaze")
