"""What the site's catalogue says is what the live registries hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalsite.runs import catalogue


def test_metrics_are_those_of_the_live_registry():
    from metrics import METRICS

    assert list(catalogue.metrics()) == METRICS.names()
    for live in METRICS:
        read = catalogue.metrics()[live.name]
        assert (read.name, read.title, read.paper) == (live.name, live.title, live.paper)
        assert read.extractor == (live.extractor or "")
        assert [(need.role, need.kind) for need in read.needs] == [
            (need.role, need.kind.__name__) for need in live.needs
        ]
        assert [(one.name, one.better, one.title) for one in read.quantities] == [
            (one.name, one.better, one.title or live.title) for one in live.quantities
        ]
        assert [(set(one.senses), one.judges) for one in read.quantities] == [
            (one.senses, one.judges) for one in live.quantities
        ]
        assert live.description.replace("\n", " ").startswith(read.summary)


def test_extractors_are_those_of_the_live_registry():
    from metrics import EXTRACTORS

    assert list(catalogue.extractors()) == EXTRACTORS.names()
    for live in EXTRACTORS:
        read = catalogue.extractors()[live.name]
        assert (read.title, read.paper, read.protocols) == (live.title, live.paper, live.protocols)
        assert live.description.replace("\n", " ").startswith(read.summary)


def test_only_what_sample_sets_are_enough_for_is_offered():
    offered = catalogue.measurable()
    assert {"fid", "kid", "inception_score"} <= offered.keys()
    for name, read in offered.items():
        assert {"generated", "reference", "embed"} >= set(read.roles), name
        assert "Labels" not in {need.kind for need in read.needs}, name


def test_the_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "catalogue.json"
    monkeypatch.setattr(catalogue, "FILE", file)
    catalogue.write(catalogue.file_text({"models": {"vae": "A VAE.", "gan": "A GAN."}}))
    written = '{\n  "models": {\n    "gan": "A GAN.",\n    "vae": "A VAE."\n  }\n}\n'
    assert file.read_text() == written
    with pytest.raises(UnicodeEncodeError):
        catalogue.write("half of it, and then \udcff")
    assert file.read_text() == written
