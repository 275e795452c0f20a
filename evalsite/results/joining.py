"""The table that everything is built for: per condition, what people said beside what machines measured."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from evalsite.results.agreement import Z_95, Pair
from evalsite.results.block_titles import numbered
from evalsite.results.comparability import unlike
from evalsite.results.errors import UnknownQuantityError
from evalsite.tasks.analysis.family import Family
from evalsite.tasks.analysis.two_way import Joint
from evalsite.tasks.protocol import REAL, Estimate


@dataclass(frozen=True)
class PoolEstimates:
    """What the trials of the blocks came to that ask the same, taken together.

    Args:
        blocks: Numbers of the blocks in the frozen protocol, from 1.
        task: Name of the task.
        title: Title of the task.
        estimates: The estimates.
        params: The params that were changed, in words.
        apart: The params that tell these blocks from others of the same task, in words.
        facts: What follows from the params and belongs beside them, e.g. what a staircase converges on.
        families: All differences between conditions, by quantity.
    """

    blocks: tuple[int, ...]
    task: str
    title: str
    estimates: tuple[Estimate, ...]
    params: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    families: Mapping[str, Family] = field(default_factory=dict)

    @property
    def heading(self) -> str:
        """Which blocks, and what they ask."""
        together = ", taken together" if len(self.blocks) > 1 else ""
        place = numbered("Block", self.blocks)
        return f"{place}{together}: {', '.join([self.title, *self.params])}."

    @property
    def suffix(self) -> str:
        """What sets its columns' keys apart."""
        return "_".join(["_block", *map(str, self.blocks)])


@dataclass(frozen=True)
class Measured:
    """One metric quantity of one sample set.

    Args:
        metric: Name of the metric in its catalogue; empty for values of others.
        quantity: The honest name of the number.
        title: The same for people.
        value: The number, in its natural sign.
        std, low, high: Its spread, where the metric tells one.
        better: ``higher``, ``lower``, or empty if neither is better.
        n_generated, n_reference: Images it rests on; None where unknown.
        warnings: What the metric said of its own evidence.
        imported: Where it was imported from; None for what this site measured.
        provenance: All that was recorded with it.
        measured_at: When it was asked for or imported.
    """

    metric: str
    quantity: str
    title: str
    value: float
    std: float | None = None
    low: float | None = None
    high: float | None = None
    better: str = ""
    n_generated: int | None = None
    n_reference: int | None = None
    warnings: tuple[str, ...] = ()
    imported: Mapping[str, Any] | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)
    measured_at: datetime | None = None

    @property
    def error(self) -> float | None:
        """Standard error, by its interval; None without a finite one."""
        if self.low is None or self.high is None or not math.isfinite(self.high - self.low):
            return None
        return (self.high - self.low) / 2 / Z_95

    @property
    def evidence(self) -> dict[str, Any]:
        """What it must share with other values to be compared with them, by its name in words."""
        settings = self.provenance.get("settings") or {}
        return {
            "where they were measured": (self.imported or {}).get("digest", "here"),
            "network weights": self.provenance.get("weights_digest"),
            "preprocessing": self.provenance.get("protocol"),
            "settings": {name: value for name, value in settings.items() if name != "seed"},
            "number of generated images": self.n_generated,
            "number of real images": self.n_reference,
        }


@dataclass(frozen=True)
class HumanQuantity:
    """A column of human values.

    Args:
        key: Its name in addresses and columns: the quantity, with its blocks' numbers if others have it too.
        quantity: The estimate's own name.
        label: The same for people, who are told how it was asked if others have it too.
        blocks: Numbers of the blocks that it comes from, from 1.
        better: Whether higher or lower is better; empty if neither.
        unit: ``share``, ``ms``, ``z``, ``logit``, or empty.
        chance: What guessing would give, where that is one number.
        meaning: What the better end means, by the question that raters were asked.
        chance_name: What a plot calls the value at `chance`.
    """

    key: str
    quantity: str
    label: str
    blocks: tuple[int, ...]
    better: str
    unit: str
    chance: float | None
    meaning: str = "more like real images"
    chance_name: str = "guessing"


@dataclass(frozen=True)
class MachineQuantity:
    """A column of metric values: its honest name, the same for people, its direction.

    ``note`` warns where its values were not measured alike; it is a sentence without a full stop, or empty.
    """

    key: str
    label: str
    better: str
    note: str = ""


C = TypeVar("C", HumanQuantity, MachineQuantity)


@dataclass(frozen=True)
class ResultRow:
    """One condition: its human estimates and its metric values, each by column key."""

    condition: str
    human: Mapping[str, Estimate]
    metrics: Mapping[str, Measured]


@dataclass(frozen=True)
class ResultTable:
    """All conditions of a study, with the columns in order.

    Args:
        rows: One a condition, in the study's order; real images last where an estimate speaks of them.
        human: Columns of human values.
        metrics: Columns of metric values.
        overall: Estimates that belong to no condition.
        families: All differences between conditions, by the key of their human column.
    """

    rows: tuple[ResultRow, ...]
    human: tuple[HumanQuantity, ...]
    metrics: tuple[MachineQuantity, ...]
    overall: tuple[tuple[HumanQuantity, Estimate], ...] = ()
    families: Mapping[str, Family] = field(default_factory=dict)

    def human_quantity(self, key: str) -> HumanQuantity:
        """The human column of that key. Raises ``UnknownQuantityError``."""
        return _find(key, self.human, "human quantity")

    def metric_quantity(self, key: str) -> MachineQuantity:
        """The metric column of that key. Raises ``UnknownQuantityError``."""
        return _find(key, self.metrics, "metric quantity")

    def joint(self, human: str) -> Joint | None:
        """How the values of a human column vary together, if that is known."""
        found = (row.human.get(human) for row in self.rows)
        return next((one.joint for one in found if one and one.joint), None)

    def pairs(self, metric: str, human: str) -> list[Pair]:
        """The conditions that have both values, finite ones, for a scatter and its correlations."""
        return [
            Pair(
                condition=row.condition,
                metric=measured.value,
                human=estimate.value,
                human_low=estimate.low,
                human_high=estimate.high,
                metric_error=measured.error,
                shares_reference=measured.n_reference is not None,
            )
            for row in self.rows
            if (measured := row.metrics.get(metric))
            and math.isfinite(measured.value)
            and (estimate := row.human.get(human))
            and estimate.value is not None
        ]


def join(
    conditions: Sequence[str], pools: Sequence[PoolEstimates], measured: Mapping[str, Iterable[Measured]]
) -> ResultTable:
    """Human estimates and metric values side by side.

    Args:
        conditions: Names of the study's conditions, in its order.
        pools: Estimates of the blocks by what they ask.
        measured: Metric values by condition, the newest of each quantity first; older ones are left out.

    Returns:
        The table; a condition without values keeps its row.
    """
    human: dict[str, HumanQuantity] = {}
    cells: dict[str, dict[str, Estimate]] = {name: {} for name in conditions}
    overall: list[tuple[HumanQuantity, Estimate]] = []
    families: dict[str, Family] = {}
    for pool in pools:
        for estimate in pool.estimates:
            column = _human_column(pool, estimate, _rivals(pools, estimate.quantity))
            if estimate.condition:
                human.setdefault(column.key, column)
                cells.setdefault(estimate.condition, {})[column.key] = estimate
                if estimate.quantity in pool.families:
                    families[column.key] = pool.families[estimate.quantity]
            else:
                overall.append((column, estimate))
    machine = {name: _newest(measured.get(name, ())) for name in cells}
    rows = [
        ResultRow(name, cells[name], machine[name]) for name in sorted(cells, key=lambda name: name == REAL)
    ]
    columns = _machine_columns(machine.values())
    return ResultTable(tuple(rows), tuple(human.values()), columns, tuple(overall), families)


def _rivals(pools: Sequence[PoolEstimates], quantity: str) -> list[PoolEstimates]:
    """The pools that estimate the quantity."""
    return [pool for pool in pools if any(estimate.quantity == quantity for estimate in pool.estimates)]


def _human_column(pool: PoolEstimates, estimate: Estimate, rivals: Sequence[PoolEstimates]) -> HumanQuantity:
    alone = len(rivals) == 1
    other_tasks = any(rival.task != pool.task for rival in rivals)
    same_task = sum(rival.task == pool.task for rival in rivals) > 1
    told = [*([pool.title] if other_tasks else []), *(pool.apart if same_task else [])]
    return HumanQuantity(
        key=estimate.quantity if alone else estimate.quantity + pool.suffix,
        quantity=estimate.quantity,
        label=", ".join([_title(estimate), *map(_uncapitalised, told)]),
        blocks=pool.blocks,
        better=estimate.better,
        unit=estimate.unit,
        chance=estimate.chance,
        meaning=estimate.meaning,
        chance_name=estimate.chance_name,
    )


def _newest(measured: Iterable[Measured]) -> dict[str, Measured]:
    newest: dict[str, Measured] = {}
    for value in measured:
        newest.setdefault(value.quantity, value)
    return newest


def _machine_columns(cells: Iterable[Mapping[str, Measured]]) -> tuple[MachineQuantity, ...]:
    columns: dict[str, list[Measured]] = {}
    for row in cells:
        for key, value in row.items():
            columns.setdefault(key, []).append(value)
    return tuple(_machine_column(key, values) for key, values in columns.items())


def _machine_column(key: str, values: Sequence[Measured]) -> MachineQuantity:
    label = values[0].title or key
    note = unlike(label, [value.evidence for value in values])
    return MachineQuantity(key, label, values[0].better, note)


def _title(estimate: Estimate) -> str:
    return estimate.title or estimate.quantity.removesuffix("_ms").replace("_", " ")


def _uncapitalised(words: str) -> str:
    return words[:1].lower() + words[1:]


def _find(key: str, columns: Iterable[C], kind: str) -> C:
    for column in columns:
        if column.key == key:
            return column
    known = ", ".join(column.key for column in columns) or "none yet"
    raise UnknownQuantityError(f"no {kind} named {key!r} in this study; it has {known}")
