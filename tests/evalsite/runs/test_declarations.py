"""What is read from source is what the live registries hold."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from evalsite.runs import declarations
from evalsite.runs.errors import InvalidDeclarationError


def test_metrics_are_those_of_the_live_registry():
    from metrics import METRICS

    assert list(declarations.metrics()) == METRICS.names()
    for live in METRICS:
        read = declarations.metrics()[live.name]
        assert (read.title, read.paper, read.extractor) == (live.title, live.paper, live.extractor or "")
        assert read.needs == tuple((need.role, need.kind.__name__) for need in live.needs)
        assert [(one.name, one.better, one.title) for one in read.quantities] == [
            (one.name, one.better, one.title or live.title) for one in live.quantities
        ]
        assert live.description.replace("\n", " ").startswith(read.summary)


def test_extractors_are_those_of_the_live_registry():
    from metrics import EXTRACTORS

    assert list(declarations.extractors()) == EXTRACTORS.names()
    for live in EXTRACTORS:
        read = declarations.extractors()[live.name]
        assert (read.title, read.paper, read.protocols) == (live.title, live.paper, live.protocols)


@pytest.mark.parametrize(
    "source",
    [
        "x = 1",
        "@register(name=NAME, title='T', paper='', quantities=[])\ndef f(generated): ...",
        "@register(title='T', paper='', quantities=[])\ndef f(generated): ...",
        "@other(name='f')\ndef f(generated): ...",
    ],
)
def test_what_is_no_literal_declaration_is_refused_by_name(tmp_path: Path, source: str):
    path = tmp_path / "strange.py"
    path.write_text(source)
    with pytest.raises(InvalidDeclarationError, match=r"strange\.py"):
        declarations.read_metric(path)


def test_only_what_sample_sets_are_enough_for_is_offered():
    offered = declarations.measurable()
    assert {"fid", "kid", "inception_score"} <= offered.keys()
    for name, read in offered.items():
        assert {"generated", "reference", "embed"} >= set(read.roles), name
        assert "Labels" not in {kind for _, kind in read.needs}, name


def test_a_half_written_file_takes_off_its_own_model_only(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "whole.py").write_text('"""A model: it draws.\n\nMore of it."""\n')
    (tmp_path / "half.py").write_text('"""A model')
    assert declarations.read_models(tmp_path) == {"whole": "A model: it draws."}
    assert "half.py can't be read" in caplog.text


def test_a_half_written_file_takes_off_its_own_metric_only(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    fid = Path(find_spec("metrics").submodule_search_locations[0]) / "catalogue" / "fid.py"
    (tmp_path / "fid.py").write_text(fid.read_text())
    (tmp_path / "half.py").write_text(fid.read_text()[:-200] + "(")
    assert list(declarations.read_metrics(tmp_path)) == ["fid"]
    assert "half.py has no declaration" in caplog.text
    with pytest.raises(InvalidDeclarationError, match=r"half\.py"):
        declarations.read_metric(tmp_path / "half.py")
