from __future__ import annotations

import sys

import pytest

from metrics import METRICS
from metrics.errors import InvalidMetricError, UnknownNameError
from metrics.registry.discovery import Catalogue, unknown_name


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """Make a catalogue of files, each source by its stem; they reach it as `vessels`."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(**sources: str) -> Catalogue[int]:
        folder = tmp_path / "shelf"
        folder.mkdir()
        for stem, source in {"__init__": "", **sources}.items():
            (folder / f"{stem}.py").write_text(source)
        vessels: Catalogue[int] = Catalogue("vessel", "shelf")
        monkeypatch.setitem(sys.modules, "vessels", vessels)
        return vessels

    yield make
    for name in [name for name in sys.modules if name.partition(".")[0] == "shelf"]:
        del sys.modules[name]


def _adds(*names: str) -> str:
    return "import vessels\n" + "".join(f"vessels.add({name!r}, 1, __name__)\n" for name in names)


def test_unknown_names_suggest_the_meant_one():
    with pytest.raises(UnknownNameError, match="did you mean 'CIFAR10'"):
        raise unknown_name("data set", "cifar10", ["CIFAR10", "MNIST"])
    with pytest.raises(UnknownNameError, match=r"No metric named 'fdi'; did you mean 'fid'\?"):
        METRICS.get("fdi")
    with pytest.raises(UnknownNameError, match=r"known: .*fid, .*inception_score, .*kid"):
        METRICS.get("quux")


def test_files_are_found_by_their_stems(shelf):
    found = shelf(vase=_adds("vase"), jug=_adds("jug"))
    assert found.names() == ["jug", "vase"]
    assert list(found) == [1, 1]
    assert found.faults == {}


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("def f(:", "SyntaxError: invalid syntax (mine.py, line 1)"),
        (_adds("mine") + "import nowhere", "ModuleNotFoundError: No module named 'nowhere' (line 3)"),
        ("raise SystemExit", "SystemExit (line 1)"),
        ("raise ValueError('one\\ntwo.')", "ValueError: one two (line 1)"),
    ],
)
def test_a_file_that_fails_is_a_sentence_and_the_others_are_there(shelf, source, sentence):
    found = shelf(jug=_adds("jug"), mine=source, vase=_adds("vase"))
    said = f"shelf/mine.py can't be used: {sentence}. Mend or remove the file."
    assert found.names() == ["jug", "vase"]
    assert list(found) == [1, 1]
    assert found.faults == {"mine": said}
    assert found.has("mine")
    with pytest.raises(InvalidMetricError) as caught:
        found.get("mine")
    assert str(caught.value) == said
    with pytest.raises(UnknownNameError, match="No vessel named 'mime'; known: jug, vase"):
        found.get("mime")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("", "mine.py registers no vessel"),
        (_adds("jug"), "mine.py registers the vessel 'jug'"),
        (_adds("mine", "mine"), "shelf.mine registers the vessel 'mine' a second time"),
    ],
)
def test_a_file_registers_its_own_stem_once(shelf, source, sentence):
    found = shelf(mine=source, vase=_adds("vase"))
    assert found.names() == ["vase"]
    assert sentence in found.faults["mine"]
    with pytest.raises(InvalidMetricError, match=sentence):
        found.get("mine")


def test_a_name_taken_by_somebody_else_does_not_replace_the_catalogues(shelf):
    found = shelf(vase=_adds("vase"))
    found.add("vase", 2, "__main__")
    assert found.names() == []
    with pytest.raises(InvalidMetricError, match="'vase' a second time, after __main__"):
        found.get("vase")
