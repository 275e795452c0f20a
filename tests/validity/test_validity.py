"""docs/validity.md is of this code: its digests, its gates, and a small sample of its studies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from metrics import METRICS
from tests.validity import code, machines, people, report
from tests.validity.code import digest
from tests.validity.rows import NOMINAL, SAMPLE, Coverage, Design, Said, Study

OFF = 2
"""Studies of a small sample that may come out otherwise on another machine."""


def test_what_was_simulated_is_this_code() -> None:
    known = report.read().digests
    stale = [one.key for one in report.DESIGNS if known.get(one.key) != one.digest]
    assert not stale, f"run `make validity`; {len(stale)} designs are of other code, such as {stale[0]}"


def test_the_page_is_what_was_found() -> None:
    assert report.PAGE.read_text(encoding="utf-8") == report.page(report.read()), "run `make validity`"


def test_all_intervals_pass_their_gate() -> None:
    assert report.failures(report.read()) == []


def test_known_exceptions_are_still_needed() -> None:
    found = report.read()
    for metric, quantity in report.KNOWN:
        best = max(found.found[one.key][quantity].held for one in machines.DESIGNS if one.name == metric)
        assert best < NOMINAL - 0.042, f"{quantity} covers {best:.3f}: take it off the list"


def test_every_metric_was_checked_against_something_else() -> None:
    checked = {one["of"] for one in report.read().agreements}
    assert [metric.name for metric in METRICS if metric.name not in checked] == []


def test_names_are_unique() -> None:
    keys = [design.key for design in report.DESIGNS]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("design", people.DESIGNS[::4], ids=lambda design: design.key)
def test_a_small_sample_finds_the_same(design: Design) -> None:
    _find_again(design)


@pytest.mark.slow
@pytest.mark.parametrize("design", [*people.DESIGNS, *machines.DESIGNS], ids=lambda design: design.key)
def test_the_first_studies_of_every_design_find_the_same(design: Design) -> None:
    _find_again(design)


def _find_again(design: Design) -> None:
    known = report.read().found[design.key]
    for quantity, one in design.run(SAMPLE).items():
        assert abs(one.first - known[quantity].first) <= OFF, quantity


def test_a_digest_changes_with_what_is_computed_and_not_with_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "metrics" / "statistics"
    folder.mkdir(parents=True)
    monkeypatch.setattr(code, "ROOT", tmp_path)

    def of(text: str, other: str = "FACTOR = 2\n") -> str:
        code.forget()
        (folder / "other.py").write_text(other)
        (folder / "one.py").write_text(text)
        return digest(("metrics/statistics/one.py",))

    text = 'from metrics.statistics.other import FACTOR\ndef f(x):\n    """Doc."""\n    return FACTOR * x\n'
    known = of(text)
    assert of(text.replace("Doc.", "Other words.") + "# why\n") == known
    assert of(text.replace("FACTOR * x", "x + FACTOR")) != known
    assert of(text, other="FACTOR = 3\n") != known
    code.forget()


def _doubled(factor: float) -> Study:
    """A study that tests alone use."""

    def study(rng: np.random.Generator) -> Mapping[str, Said]:
        return {"q": Said(0.0, factor, HALF, float(rng.random()))}

    return study


HALF = 0.5


def test_a_digest_changes_with_the_study_that_is_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    known = digest((), _doubled(1.0))
    assert digest((), _doubled(1.0)) == known
    assert digest((), _doubled(2.0)) != known, "its numbers"
    source, own = Path(__file__).read_text(encoding="utf-8"), Path(__file__).name

    def of(changed: str) -> str:
        monkeypatch.undo()
        code.forget()
        read = code._source
        monkeypatch.setattr(code, "_source", lambda file: changed if file.endswith(own) else read(file))
        return digest((), _doubled(1.0))

    assert of(source) == known
    assert of(source.replace("HALF = 0.5", "HALF = 0.6")) != known, "a constant that it uses"
    assert of(source.replace('"q": Said(0.0', '"q": Said(-1.0')) != known, "what it does"
    assert of(source.replace("A study that tests alone use.", "Other words.")) == known
    monkeypatch.undo()
    code.forget()


@pytest.mark.parametrize(
    ("held", "studies", "conservative", "words"),
    [
        (0.94, 2000, "", ""),
        (0.93, 2000, "", "too little"),
        (0.97, 2000, "", "too much"),
        (0.97, 2000, "why", ""),
        (0.995, 2000, "why", "even for a conservative one"),
        (0.91, 300, "", ""),
        (0.90, 300, "why", "too little"),
    ],
)
def test_the_gate(held: float, studies: int, conservative: str, words: str) -> None:
    verdict = Coverage(held, studies, 1.0, 1.0, 19).verdict(conservative)
    assert words in verdict
    assert bool(words) == bool(verdict)


def test_coverage_is_of_the_truth_or_of_the_mean() -> None:
    said = {"q": Said(-1.0, 1.0, 3.0, 0.0), "m": Said(-1.0, 1.0, None, 0.5)}
    found = Design("n", "w", 4, (), lambda rng: said).run()
    assert (found["q"].held, found["m"].held, found["m"].first) == (0.0, 1.0, 4)
