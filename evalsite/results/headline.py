"""A study's answer in one to three sentences, from its joined estimates. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from evalsite.results.formatting import listed, show
from evalsite.results.joining import HumanQuantity, ResultTable
from evalsite.results.ranking import Ranked, rank

NAMED = 3
"""Conditions that a sentence names; of more it says how many."""


def headline(table: ResultTable, quantity: HumanQuantity | None, *, simulated_only: bool = False) -> str:
    """Say which condition comes first by a human quantity, and whether its lead is beyond chance.

    Args:
        table: The joined results.
        quantity: What conditions are compared by; None where no task has estimates.
        simulated_only: Whether all raters counted are programs.

    Returns:
        One to three sentences.
    """
    ranked = [one for one in rank(table, quantity) if one.rank] if quantity else []
    if quantity is None or not ranked:
        return "No condition has an estimate yet. Results appear when raters have answered to the end."
    said = [_lead(ranked, quantity), *_certainty(ranked, quantity)]
    if simulated_only:
        said.append("These are answers of simulated raters: programs, not people.")
    return " ".join(said)


def _lead(ranked: Sequence[Ranked], quantity: HumanQuantity) -> str:
    """Name the best condition with its value, or the range where no end is better."""
    first = ranked[0]
    if len(ranked) == 1:
        return (
            f"{first.row.condition}: {quantity.label} is {_value(first, quantity)}. It is the only condition."
        )
    if not quantity.better:
        last = ranked[-1]
        return (
            f"{quantity.label.capitalize()} goes from {_value(first, quantity)} for {first.row.condition} "
            f"to {_value(last, quantity)} for {last.row.condition}."
        )
    tied = [one for one in ranked if _number(one, quantity) == _number(first, quantity)]
    names = listed(one.row.condition for one in tied)
    verb = "share" if len(tied) > 1 else "has"
    superlative = "highest" if quantity.better == "higher" else "lowest"
    return (
        f"{names} {verb} the {superlative} {quantity.label}: {_value(first, quantity)}; "
        f"{quantity.better} is {quantity.meaning}."
    )


def _certainty(ranked: Sequence[Ranked], quantity: HumanQuantity) -> list[str]:
    """Say which conditions may be as good as the first; nothing where there is nothing to compare."""
    first = ranked[0]
    behind = [one for one in ranked if _number(one, quantity) != _number(first, quantity)]
    if not behind or not quantity.better:
        return []
    its = "Its" if len(behind) == len(ranked) - 1 else "Their"
    compared = [one for one in behind if one.standing and first.standing]
    if not compared:
        return ["There is too little data to compare it with the others."]
    letters = set(first.standing.letters) if first.standing else set()
    equal = [one for one in compared if one.standing and letters & set(one.standing.letters)]
    if equal:
        return [f"{its} lead over {_names(equal, behind)} may be chance."]
    return [f"{its} lead over {_names(compared, behind)} is beyond chance."]


def _names(some: Sequence[Ranked], behind: Sequence[Ranked]) -> str:
    """A few conditions by name, many by how many of the others they are."""
    if len(some) <= NAMED:
        return listed(one.row.condition for one in some)
    return f"all {len(behind)} others" if len(some) == len(behind) else f"{len(some)} of {len(behind)} others"


def _number(one: Ranked, quantity: HumanQuantity) -> float | None:
    return one.row.human[quantity.key].value


def _value(one: Ranked, quantity: HumanQuantity) -> str:
    """A value with its 95 % interval and what guessing gives, where it has them."""
    estimate = one.row.human[quantity.key]
    beside = []
    if estimate.low is not None and estimate.high is not None:
        limits = f"{show(estimate.low, estimate.unit)}–{show(estimate.high, estimate.unit)}"
        beside.append(f"95 % interval {limits}")
    if quantity.chance is not None:
        beside.append(f"{quantity.chance_name} {show(quantity.chance, quantity.unit)}")
    value = show(estimate.value, estimate.unit)
    return f"{value} ({', '.join(beside)})" if beside else value
