"""docs/validity.json, which holds what was found, and docs/validity.md, which says it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from evalsite.tasks.analysis.summaries import FEW_RATERS
from metrics import METRICS
from tests.house.limits import ROOT
from tests.validity import machines, people
from tests.validity.rows import ERRORS, NOMINAL, Coverage, Design

PAGE = ROOT / "docs" / "validity.md"
NUMBERS = ROOT / "docs" / "validity.json"
DESIGNS = [*people.DESIGNS, *machines.DESIGNS]
Found = Mapping[str, Coverage]

KNOWN = {
    ("adversarial_accuracy", "adversarial_divergence"): "both classifiers are taken as they are",
    ("density_coverage", "coverage"): "balls that reach over the same images are filled or empty together",
    ("linear_separability", "linear_separability"): "a separator refitted on new samples moves further",
}
"""Quantities whose interval is known to be too narrow here, and why."""

HEAD = f"""# Validity

For reviewers: what each estimator and metric was checked against, how often its interval holds the truth in
simulated studies, and where it does not. Made by `make validity`; CI fails if the code of an estimator
or of a study is not the code that was simulated (`digest`), and repeats the first 20 studies of each design.

- **Studies.** Each draws new raters and images; the truth is known. Raters differ by
  {people.RATER_SD:g}, images by {people.IMAGE_SD:g} logits, as in public studies. Seeds follow from the
  designs' names and are never changed because of what comes out.
- **Coverage.** Share of the studies whose nominal 95 % interval holds the truth: the value over new raters
  and new images, unless the row says otherwise. It fails below .95 − {ERRORS:g} standard errors (.934 of
  2,000 studies, .908 of 300), and above .95 + {ERRORS:g} of them, unless the method is known to be
  conservative.
- **Width.** Mean width over that of a perfect interval, 3.92 standard deviations of the estimate over the
  studies.
"""

PEOPLE = """## What people say

| estimator | design | studies | coverage | width | digest |
| --- | --- | --- | --- | --- | --- |
"""

LIMITS = f"""
**Limits.** Below {FEW_RATERS} raters the variance over raters is itself uncertain, and a note says so.
Intervals are for new images of the same checkpoint; another training run is not covered. The threshold's
interval takes the lapse as known, and all but the position for the part of images; `modal_exposure_ms`
varies over raters alone. Strengths are marginal over raters and images: studies with other raters can't be
compared by them. An interval for the correlation freed of error takes the reliabilities as known; it covers
more where the correlation is strong.
"""

CHECKED = """## What numbers were checked against

The largest deviation over all comparisons with one other implementation, closed form or published value,
and the largest that the test allows. The tests run in CI.

| what | against | deviation | allowed | test |
| --- | --- | --- | --- | --- |
"""

MACHINES = f"""## What machines measure

{machines.STUDIES} studies of {machines.IMAGES} generated and {machines.IMAGES} real images each, points
around five modes in 12 dimensions. The truth is the mean of the values over the studies: a metric's value
depends on the number of images, and its interval is for this number. Intervals say what they vary over;
coverage is shown with new generated images and the same real ones, the reverse, and with all images new.
Only too narrow ones are refused: one of the three must reach {NOMINAL - 0.042:.3f}; where none does, it is
marked and said below.

| metric | quantity | how the interval is made | new generated | new real | all new | digest |
| --- | --- | --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Validity:
    """All that was found.

    Args:
        digests: Of the code, by the designs' keys.
        found: Coverage by the designs' keys and quantities.
        agreements: Comparisons with other implementations.
    """

    digests: Mapping[str, str] = field(default_factory=dict)
    found: Mapping[str, Found] = field(default_factory=dict)
    agreements: tuple[Mapping[str, Any], ...] = ()

    def with_design(self, design: Design, found: Found) -> Self:
        """With one design simulated again."""
        return replace(
            self,
            digests={**self.digests, design.key: design.digest},
            found={**self.found, design.key: found},
        )

    def without_others(self) -> Self:
        """Without designs that there are no longer."""
        keys = {design.key for design in DESIGNS}
        return replace(
            self,
            digests={key: value for key, value in self.digests.items() if key in keys},
            found={key: value for key, value in self.found.items() if key in keys},
        )

    def with_agreements(self, lines: Iterable[str]) -> Self:
        """With the comparisons of these lines, the largest deviation of each."""
        largest: dict[tuple[Any, ...], dict[str, Any]] = {}
        for one in map(json.loads, lines):
            key = (one["of"], one["against"], one["relative"], one["test"])
            before = largest.setdefault(key, one)
            before["deviation"] = max(before["deviation"], one["deviation"])
            before["tolerance"] = max(before["tolerance"], one["tolerance"])
        return replace(self, agreements=tuple(largest[key] for key in sorted(largest)))


def read() -> Validity:
    """What was found before; nothing without the file."""
    if not NUMBERS.exists():
        return Validity()
    kept = json.loads(NUMBERS.read_text(encoding="utf-8"))
    found = {
        key: {quantity: Coverage(**one) for quantity, one in by_quantity.items()}
        for key, by_quantity in kept["found"].items()
    }
    return Validity(kept["digests"], found, tuple(kept["agreements"]))


def write(validity: Validity) -> None:
    """Keep it, keys in order."""
    found = {
        key: {quantity: asdict(one) for quantity, one in by_quantity.items()}
        for key, by_quantity in validity.found.items()
    }
    kept = {"digests": validity.digests, "found": found, "agreements": validity.agreements}
    NUMBERS.write_text(
        json.dumps(kept, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def failures(validity: Validity) -> list[str]:
    """What does not pass the gate, one sentence each."""
    said = [
        f"{design.key}, {quantity}: {verdict}"
        for design in people.DESIGNS
        for quantity, one in validity.found[design.key].items()
        if (verdict := one.verdict(design.conservative, design.most))
    ]
    for (metric, quantity), by_words in _machines(validity).items():
        low = min(
            NOMINAL - ERRORS * (NOMINAL * (1 - NOMINAL) / one.studies) ** 0.5 for one in by_words.values()
        )
        best = max(one.held for one in by_words.values())
        if best < low and (metric, quantity) not in KNOWN:
            said.append(f"{metric}, {quantity}: covers {best:.3f} at best, expected at least {low:.3f}")
    return said


def _machines(validity: Validity) -> dict[tuple[str, str], dict[str, Coverage]]:
    found: dict[tuple[str, str], dict[str, Coverage]] = {}
    for design in machines.DESIGNS:
        for quantity, one in validity.found[design.key].items():
            found.setdefault((design.name, quantity), {})[design.words] = one
    return found


def page(validity: Validity) -> str:
    """The whole page."""
    return "\n".join(
        [
            HEAD,
            PEOPLE + "\n".join(_people_lines(validity)),
            LIMITS,
            CHECKED + "\n".join(_agreement_lines(validity)),
            "",
            MACHINES + "\n".join(_machine_lines(validity)),
            _remarks(),
        ]
    )


def _people_lines(validity: Validity) -> Iterable[str]:
    for design in people.DESIGNS:
        for quantity, one in validity.found[design.key].items():
            cells = (
                f"{design.name}: {quantity}", design.words, f"{one.studies:,}",
                _held(one.held, design.conservative), _ratio(one), f"`{validity.digests[design.key]}`",
            )  # fmt: skip
            yield f"| {' | '.join(cells)} |"
    reasons = {design.conservative for design in people.DESIGNS if design.conservative}
    yield f"\n* conservative by design: {'; '.join(sorted(reasons))}."


def _held(held: float, conservative: str = "") -> str:
    return f"{held:.3f}".lstrip("0").replace("1.000", "1.") + ("\\*" if conservative else "")


def _ratio(one: Coverage) -> str:
    return f"{one.width / one.spread:.2f}" if one.spread > 0 and one.width < float("inf") else "–"


def _agreement_lines(validity: Validity) -> Iterable[str]:
    for one in validity.agreements:
        unit = "relative" if one["relative"] else "absolute"
        deviation = "0" if one["deviation"] == 0 else f"{one['deviation']:.0e} {unit}"
        allowed = "0" if one["tolerance"] == 0 else f"{one['tolerance']:.0e} {unit}"
        yield f"| {one['of']} | {one['against']} | {deviation} | {allowed} | {one['test']} |"


def _machine_lines(validity: Validity) -> Iterable[str]:
    for (metric, quantity), by_words in _machines(validity).items():
        shown = [
            _held(by_words[words].held) if by_words[words].spread > 0 else "constant"
            for words in (machines.NEW_GENERATED, machines.NEW_REAL, machines.ALL)
        ]
        mark = " †" if (metric, quantity) in KNOWN else ""
        design = next(one for one in machines.DESIGNS if one.name == metric)
        how = next(iter(by_words.values())).how
        cells = (metric, f"{quantity}{mark}", how, *shown, f"`{validity.digests[design.key]}`")
        yield f"| {' | '.join(cells)} |"


def _remarks() -> str:
    known = "; ".join(f"`{quantity}`: {why}" for (_, quantity), why in KNOWN.items())
    missing = ", ".join(f"`{metric.name}`" for metric in METRICS if metric.name in machines.MINUTES)
    return (
        f"\n† Too narrow here. {known}.\n\n“Constant” is a value that did not vary, so that its interval "
        f"can't be judged. The penalty of `mifid` is always on: no interval holds where it sets in. "
        f"Not simulated, since a study takes minutes: {missing}.\n"
    )
