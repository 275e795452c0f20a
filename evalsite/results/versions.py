"""Which versions of a study a number holds, and how versions differ, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evalsite.results.block_titles import changed, numbered
from evalsite.results.errors import UnknownVersionError
from evalsite.results.formatting import listed
from evalsite.trials.reading import Pool, pool_blocks

Protocol = Mapping[str, Any]

ALL = "all"
LONGEST = 20
"""Digits of a number that is still read as one."""
TEXTS = {
    "consent": "its consent text differs",
    "instructions": "its instructions differ",
    "debriefing": "its debriefing differs",
}
ASSIGNMENTS = {"within": "every rater saw all conditions", "between": "every rater saw one condition"}


@dataclass(frozen=True)
class VersionUse:
    """A version that somebody answered, and whether results hold it.

    Args:
        number: Its number.
        raters: Those who answered it to the end.
        under_way: Those who have begun it and not ended.
        held: Whether the results hold it.
        bars: Why its answers can't be pooled with those of the version that the results are read by.
        changes: What differed for raters from that version.
    """

    number: int
    raters: int
    under_way: int
    held: bool
    bars: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As it is named within a sentence, with what it rests on."""
        return f"version {self.number} ({_raters(self.raters)})"

    @property
    def why(self) -> str:
        """How it differs, in words; empty if raters met no difference."""
        return ", ".join(self.bars or self.changes)


def read_asked(text: str) -> frozenset[int] | None:
    """Numbers from an address or a command: ``2`` or ``1,2``; None for ``all``; none if nothing is asked.

    Raises:
        UnknownVersionError: It is none of these.
    """
    if text.strip() == ALL:
        return None
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isascii() and part.isdecimal() and len(part) < LONGEST for part in parts):
        raise UnknownVersionError(
            f"version was {text[:40]!r}; expected a number such as 2, several such as 1,2, or all"
        )
    return frozenset(map(int, parts))


def write_asked(numbers: frozenset[int] | None) -> str:
    """What `read_asked` reads as these; empty for none."""
    return ALL if numbers is None else ",".join(map(str, sorted(numbers)))


def describe(uses: Sequence[VersionUse]) -> str:
    """Which versions results hold, with n, and what is left out and why; empty before the first answer."""
    held = [use for use in uses if use.held]
    left = [use for use in uses if not use.held]
    if not any(use.raters or use.under_way for use in uses):
        return ""
    names = numbered("version", [use.number for use in held])
    said = [f"{names[0].upper()}{names[1:]}: {_raters(sum(use.raters for use in held))}."]
    pooled = [f"{use.name}: {use.why}" for use in held if use.why]
    if pooled:
        said.append(f"Pooled with differences: {'; '.join(pooled)}.")
    if left:
        said.append(f"Left out: {'; '.join(_say_left(use) for use in left)}.")
    return " ".join(said)


def bars(lead: Protocol, other: Protocol) -> tuple[str, ...]:
    """Why answers of the other version can't be pooled with those of this one."""
    images, own = _digests(other), _digests(lead)
    said = []
    if images.keys() != own.keys():
        said.append(f"it compared {listed(images)}")
    elif unlike := [name for name in images if images[name] != own[name]]:
        said.append(f"it used other images of {listed(unlike)}")
    if other["reference"]["manifest_digest"] != lead["reference"]["manifest_digest"]:
        said.append("it used other real images")
    said += [
        f"it {words} images at {other[key]} px instead of {lead[key]}"
        for key, words in (("stimulus_px", "sent"), ("display_px", "showed"))
        if other[key] != lead[key]
    ]
    shared, _ = _parted(lead, other)
    return tuple(said if shared else [*said, f"it asked something else ({_say_pools(pool_blocks(other))})"])


def changes(lead: Protocol, other: Protocol) -> tuple[str, ...]:
    """What differed for raters of the other version, though its answers could be pooled."""
    said = [words for key, words in TEXTS.items() if other["texts"].get(key) != lead["texts"].get(key)]
    said += ["its title differs"] if other["title"] != lead["title"] else []
    if other["assignment"] != lead["assignment"]:
        said.append(ASSIGNMENTS.get(other["assignment"], f"its assignment was {other['assignment']}"))
    if other.get("attention_share") != lead.get("attention_share"):
        said.append("its attention check required a different share")
    _, parted = _parted(lead, other)
    if parted:
        said.append(f"some of its questions differ ({_say_pools(parted)})")
    elif _amounts(other) != _amounts(lead):
        said.append("the order, the number of trials or the qualification of its blocks differs")
    return tuple(said)


def _parted(lead: Protocol, other: Protocol) -> tuple[list[Pool], list[Pool]]:
    """Pools of the other version that this one also has, and pools that only one of them has."""
    own, theirs = pool_blocks(lead), pool_blocks(other)
    shared = [pool for pool in theirs if any(pool.asks_like(mine) for mine in own)]
    alone = [pool for pool in theirs if pool not in shared]
    missing = [mine for mine in own if not any(mine.asks_like(pool) for pool in theirs)]
    return shared, alone or missing


def _say_pools(pools: Iterable[Pool]) -> str:
    return "; ".join(", ".join([pool.task.title, *changed(pool.params)]) for pool in pools)


def _amounts(protocol: Protocol) -> list[tuple[Any, ...]]:
    keys = ("task", "params", "trials", "practice", "catch", "qualification_share")
    return [tuple(block.get(key) for key in keys) for block in protocol["blocks"]]


def _digests(protocol: Protocol) -> dict[str, str]:
    return {condition["name"]: condition["manifest_digest"] for condition in protocol["conditions"]}


def _say_left(use: VersionUse) -> str:
    under_way = f", {use.under_way} under way" if use.under_way else ""
    return f"version {use.number} ({_raters(use.raters)}{under_way}): {use.why or 'not asked for'}"


def _raters(count: int) -> str:
    return f"{count:,} rater{'' if count == 1 else 's'}"
