"""One row a condition: human estimates beside metric values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evalsite.results.export.table import VERSIONS, Table
from evalsite.results.joining import HumanQuantity, MachineQuantity, ResultRow
from evalsite.results.provenance import describe_source
from evalsite.results.queries import tabulate
from evalsite.results.scope import Scope
from evalsite.tasks.columns import Column

PLACE = (
    Column("study", "text", "Name of the study."),
    Column("condition", "text", "Condition; real for real images."),
    VERSIONS,
    Column("judgements_source", "text", "Where people's answers come from; says so if others count."),
)
MEASURED_HERE = "measured on this site"
COLLECTED_HERE = "collected on this site"


def _columns(scope: Scope) -> list[Column]:
    table = tabulate(scope)
    human = [column for quantity in table.human for column in _human_columns(quantity)]
    machine = [column for quantity in table.metrics for column in _machine_columns(quantity)]
    return [*PLACE, *human, *machine]


def _human_columns(quantity: HumanQuantity) -> list[Column]:
    key, words = quantity.key, quantity.label
    return [
        Column(
            key,
            "float",
            f"{words.capitalize()}; {_direction(quantity.better, quantity.meaning)}.",
            quantity.unit,
        ),
        Column(
            f"{key}_low",
            "float",
            f"Lower bound of its 95 % interval for the generator: {words}.",
            quantity.unit,
        ),
        Column(
            f"{key}_high",
            "float",
            f"Upper bound of its 95 % interval for the generator: {words}.",
            quantity.unit,
        ),
        Column(f"{key}_n_raters", "int", f"Raters it rests on: {words}."),
        Column(f"{key}_note", "text", f"A warning, or why there is no value: {words}."),
    ]


def _machine_columns(quantity: MachineQuantity) -> list[Column]:
    key, words = quantity.key, quantity.label
    return [
        Column(key, "float", f"{words}; {_direction(quantity.better, 'better')}."),
        Column(f"{key}_low", "float", f"Lower bound of its 95 % interval, if the metric has one: {words}."),
        Column(f"{key}_high", "float", f"Upper bound of its 95 % interval, if the metric has one: {words}."),
        Column(f"{key}_std", "float", f"Its spread, if the metric tells one: {words}."),
        Column(f"{key}_n_generated", "int", f"Generated images it rests on: {words}; empty if unknown."),
        Column(f"{key}_n_reference", "int", f"Real images it is measured against: {words}."),
        Column(f"{key}_source", "text", f"Where it comes from: {words}."),
        Column(f"{key}_note", "text", f"Warnings, also where the conditions were measured unlike: {words}."),
    ]


def _direction(better: str, meaning: str) -> str:
    return f"{better} is {meaning}" if better else "neither higher nor lower is better"


def _rows(scope: Scope) -> Iterator[list[Any]]:
    table = tabulate(scope)
    said = scope.versions_said
    source = " ".join(note for note in scope.notes if note != said) or COLLECTED_HERE
    for row in table.rows:
        human = [value for quantity in table.human for value in _human(row, quantity)]
        machine = [value for quantity in table.metrics for value in _machine(row, quantity)]
        yield [scope.study.slug, row.condition, said, source, *human, *machine]


def _human(row: ResultRow, quantity: HumanQuantity) -> list[Any]:
    found = row.human.get(quantity.key)
    if found is None:
        return [None] * len(_human_columns(quantity))
    return [found.value, found.low, found.high, found.n_raters, found.note]


def _machine(row: ResultRow, quantity: MachineQuantity) -> list[Any]:
    found = row.metrics.get(quantity.key)
    if found is None:
        return [None] * len(_machine_columns(quantity))
    source = describe_source(found) or MEASURED_HERE
    note = " ".join([*([f"{quantity.note}."] if quantity.note else []), *found.warnings])
    return [found.value, found.low, found.high, found.std, found.n_generated, found.n_reference, source, note]


JOINED = Table("joined", "One condition: human estimates beside metric values.", _columns, _rows)
