"""One row an estimate: what people's answers come to, per condition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evalsite.results.estimates import estimate_study
from evalsite.results.export.table import VERSIONS, Table
from evalsite.results.joining import PoolEstimates
from evalsite.results.scope import Scope
from evalsite.tasks.analysis.family import Standing
from evalsite.tasks.columns import Column
from evalsite.tasks.protocol import REAL

COLUMNS = (
    Column("study", "text", "Name of the study."),
    Column("version", "int", "Number of the frozen version that results are read by."),
    Column("version_digest", "text", "SHA-256 of that version."),
    VERSIONS,
    Column("simulated_counted", "bool", "Whether simulated raters are counted."),
    Column("inattentive_counted", "bool", "Whether raters who failed the attention check are counted."),
    Column("blocks", "text", "Blocks of the protocol, from 1; those that ask the same are taken together."),
    Column("task", "text", "Task of the blocks."),
    Column("params", "text", "What was changed of the task's params, in words."),
    Column("condition", "text", "Condition; real for real images; empty for a quantity of none."),
    Column("quantity", "text", "What is estimated."),
    Column("value", "float", "The estimate; empty where undefined."),
    Column(
        "low", "float", "Lower bound of the 95 % interval for the generator: new raters, new images of it."
    ),
    Column("high", "float", "Upper bound of that interval."),
    Column(
        "low_these_images", "float", "Lower bound of the 95 % interval for these images: new raters alone."
    ),
    Column("high_these_images", "float", "Upper bound of that interval."),
    Column("n_raters", "int", "Raters it rests on."),
    Column("n_images", "int", "Images it rests on, of the source with the fewest."),
    Column("n_trials", "int", "Trials it rests on."),
    Column("chance", "float", "What guessing would give."),
    Column("better", "text", "higher or lower: which end is better; empty if neither."),
    Column(
        "rank_best",
        "int",
        "Best rank that the condition may have; with rank_worst, 95 % over all conditions.",
    ),
    Column("rank_worst", "int", "Worst rank that it may have."),
    Column("letters", "text", "Conditions that share a letter may be equal: see the table of comparisons."),
    Column("meaning", "text", "What the better end means, by the question that raters were asked."),
    Column("unit", "text", "share, ms, z or logit."),
    Column("note", "text", "A warning, or why there is no value."),
    Column("facts", "text", "What follows from the params, such as a staircase's target accuracy."),
)


def _columns(_scope: Scope) -> list[Column]:
    return list(COLUMNS)


def _rows(scope: Scope) -> Iterator[list[Any]]:
    if (version := scope.version) is None:
        return
    place = [
        scope.study.slug,
        version.number,
        version.digest,
        scope.versions_said,
        scope.simulated,
        scope.inattentive,
    ]
    for pool in estimate_study(scope):
        blocks, params, facts = " ".join(map(str, pool.blocks)), "; ".join(pool.params), " ".join(pool.facts)
        standings = _standings(pool)
        for found in pool.estimates:
            standing = _standing(standings.get((found.quantity, found.condition)), found.better)
            yield [
                *place, blocks, pool.task, params, found.condition, found.quantity,
                found.value, found.low, found.high, found.low_these_images, found.high_these_images,
                found.n_raters, found.n_images, found.n_trials,
                found.chance, found.better, *standing,
                found.meaning, found.unit, found.note, facts,
            ]  # fmt: skip


def _standings(pool: PoolEstimates) -> dict[tuple[str, str], Standing]:
    """Of each quantity's conditions."""
    better = {found.quantity: found.better for found in pool.estimates}
    return {
        (quantity, condition): standing
        for quantity, family in pool.families.items()
        for condition, standing in family.standings(
            better[quantity], [name for name in family.names if name != REAL]
        ).items()
    }


def _standing(standing: Standing | None, better: str) -> list[Any]:
    """Ranks where one end is better, and letters."""
    if standing is None:
        return [None, None, None]
    ranks = [standing.best, standing.worst] if better else [None, None]
    return [*ranks, standing.letters]


ESTIMATES = Table("estimates", "One human quantity of one condition.", _columns, _rows)
