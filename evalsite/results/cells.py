"""What the page of a study says, cell by cell: the table with its footnotes, agreements, sources. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from evalsite.results.agreement import Agreement, Correlation
from evalsite.results.disattenuation import Freed
from evalsite.results.formatting import MISSING, listed, show, show_interval, show_p
from evalsite.results.joining import HumanQuantity, MachineQuantity, Measured, ResultTable
from evalsite.results.provenance import describe_source
from evalsite.results.ranking import Ranked, rank
from evalsite.tasks.analysis.family import Family
from evalsite.tasks.protocol import Estimate


@dataclass(frozen=True)
class Cell:
    """A value with what stands around it.

    Args:
        text: The number.
        interval: Its interval, in brackets, or empty.
        n: What it rests on, in short.
        basis: The same at length.
        marks: Numbers of its footnotes.
    """

    text: str = MISSING
    interval: str = ""
    n: str = ""
    basis: str = ""
    marks: tuple[int, ...] = ()


@dataclass(frozen=True)
class Line:
    """A row of the table: rank, condition, human values and metric values in the columns' order.

    ``rank`` is the range of ranks that the condition may have; empty for real images, and where neither end
    is better. ``letters`` are shared with those that may be equal.
    """

    rank: str
    letters: str
    condition: str
    human: tuple[Cell, ...]
    metrics: tuple[Cell, ...]


@dataclass(frozen=True)
class Sheet:
    """The whole table as text."""

    human: tuple[HumanQuantity, ...]
    metrics: tuple[MachineQuantity, ...]
    lines: tuple[Line, ...]
    overall: tuple[tuple[str, Cell], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class AgreementLine:
    """One metric quantity with the human quantity at hand: correlations, n, reliabilities, and a warning."""

    metric: str
    spearman: Cell
    kendall: Cell
    pearson: Cell
    freed: Cell
    n: int
    note: str


@dataclass
class _Footnotes:
    """Numbers sentences in the order in which they are first said."""

    numbers: dict[str, int] = field(default_factory=dict)

    def mark(self, sentences: Iterable[str]) -> tuple[int, ...]:
        return tuple(self.numbers.setdefault(said, len(self.numbers) + 1) for said in sentences if said)


def lay_out(table: ResultTable, leading: HumanQuantity | None) -> Sheet:
    """The table in the order of the leading quantity; in the study's own order without one."""
    footnotes = _Footnotes()
    ranked = rank(table, leading) if leading else []
    places = {found.row.condition: found for found in ranked}
    rows = [found.row for found in ranked] or list(table.rows)
    compared = leading is not None and leading.key in table.families
    lines = [
        Line(
            rank=_rank(places[row.condition], compared=compared) if leading and leading.better else "",
            letters=_letters(places[row.condition]) if leading else "",
            condition=row.condition,
            human=tuple(_human(row.human.get(column.key), footnotes) for column in table.human),
            metrics=tuple(
                _machine(row.metrics.get(column.key), column, footnotes) for column in table.metrics
            ),
        )
        for row in rows
    ]
    overall = tuple((column.label, _human(found, footnotes)) for column, found in table.overall)
    return Sheet(table.human, table.metrics, tuple(lines), overall, tuple(footnotes.numbers))


def describe_family(family: Family) -> str:
    """What rank and letters rest on, in sentences; empty without anything to compare."""
    pairs = len(family.differences)
    said = (
        f"Rank and letters come from one family of simultaneous comparisons ({pairs} "
        f"{'pair' if pairs == 1 else 'pairs'}, 95 % over all together; paired where the same raters judged "
        "both). The range holds every rank that a condition may have. Conditions that share a letter may be "
        "equal."
    )
    left = f"Not compared (too few raters or images, or no variance): {listed(family.left_out)}."
    return " ".join([said] * bool(pairs) + [left] * bool(family.left_out))


def lay_out_agreements(table: ResultTable, agreements: Mapping[str, Agreement]) -> list[AgreementLine]:
    """The correlations of every metric quantity with one human quantity."""
    return [
        AgreementLine(
            metric=metric.label,
            spearman=_correlation(found.spearman),
            kendall=_correlation(found.kendall),
            pearson=_correlation(found.pearson),
            freed=_freed(found.freed),
            n=found.n,
            note="; ".join(filter(None, [found.note, found.freed.note, metric.note])),
        )
        for metric in table.metrics
        if (found := agreements.get(metric.key))
    ]


def _rank(found: Ranked, *, compared: bool) -> str:
    """The range of ranks; where others are compared and this one can't be, none."""
    if found.standing is None:
        return MISSING if compared and found.rank else str(found.rank or "")
    best, worst = found.standing.best, found.standing.worst
    return str(best) if best == worst else f"{best}–{worst}"


def _letters(found: Ranked) -> str:
    return found.standing.letters if found.standing else ""


def _human(estimate: Estimate | None, footnotes: _Footnotes) -> Cell:
    if estimate is None:
        return Cell()
    return Cell(
        text=show(estimate.value, estimate.unit),
        interval=show_interval(estimate.low, estimate.high, estimate.unit),
        n=f"n = {estimate.n_raters:,}",
        basis=f"{estimate.n_raters:,} raters, {estimate.n_trials:,} trials",
        marks=footnotes.mark([estimate.note]),
    )


def _machine(value: Measured | None, column: MachineQuantity, footnotes: _Footnotes) -> Cell:
    if value is None:
        return Cell()
    spread = f"± {show(value.std)}" if value.std is not None else show_interval(value.low, value.high)
    return Cell(
        text=show(value.value),
        interval=spread,
        n=f"{value.n_generated:,} images" if value.n_generated else "",
        basis=f"against {value.n_reference:,} real images" if value.n_reference else "",
        marks=footnotes.mark(
            [f"{column.note}." if column.note else "", *value.warnings, describe_source(value)]
        ),
    )


def _freed(found: Freed) -> Cell:
    if found.value is None:
        return Cell()
    people, machine = found.human_reliability, found.metric_reliability
    told = "" if machine is None else f", metric {'at least ' if found.shared else ''}{show(machine, 'z')}"
    return Cell(
        show(found.value, "share"),
        show_interval(found.low, found.high, "share"),
        n=f"reliability: people {show(people, 'z')}{told}",
    )


def _correlation(found: Correlation) -> Cell:
    beside = show_interval(found.low, found.high, "share") or show_p(found.p)
    return Cell(show(found.value, "share"), beside)
