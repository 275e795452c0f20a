"""Which versions of a study a number holds, and how versions differ, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evalsite.results.block_titles import changed, numbered
from evalsite.results.errors import UnknownVersionError
from evalsite.trials.reading import Pool, pool_blocks

Protocol = Mapping[str, Any]

ALL = "all"
LONGEST = 20
"""Digits of a number that is still read as one."""
TEXTS = {"consent": "consent text", "instructions": "instructions", "debriefing": "debriefing"}
ASSIGNMENTS = {"within": "every rater saw all conditions", "between": "every rater saw one condition"}


@dataclass(frozen=True)
class VersionUse:
    """A version that somebody answered, and whether results hold it.

    Args:
        number: Its number.
        raters: Those who answered it to the end.
        under_way: Those who have begun it and not ended.
        held: Whether the results hold it.
        bars: Why its answers can't be taken together with those of the version that the results are read by.
        changes: What raters met otherwise than in that version.
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
        """How it differs, in words; empty if in nothing that raters met."""
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
        said.append(f"Taken together although they differ: {'; '.join(pooled)}.")
    if left:
        said.append(f"Left out: {'; '.join(_say_left(use) for use in left)}.")
    return " ".join(said)


def bars(lead: Protocol, other: Protocol) -> tuple[str, ...]:
    """Why answers of the other version say nothing of what this one asks."""
    images, own = _digests(other), _digests(lead)
    said = []
    if images.keys() != own.keys():
        said.append(f"it compared {_listed(images)}")
    elif unlike := [name for name in images if images[name] != own[name]]:
        said.append(f"its images of {_listed(unlike)} were others")
    if other["reference"]["manifest_digest"] != lead["reference"]["manifest_digest"]:
        said.append("its real images were others")
    said += [
        f"its images were {words} {other[key]} px large instead of {lead[key]}"
        for key, words in (("stimulus_px", "sent"), ("display_px", "shown"))
        if other[key] != lead[key]
    ]
    shared, _ = _parted(lead, other)
    return tuple(said if shared else [*said, f"it asked otherwise ({_say_pools(pool_blocks(other))})"])


def changes(lead: Protocol, other: Protocol) -> tuple[str, ...]:
    """What raters of the other version met otherwise, though its answers could be taken together."""
    said = [
        f"its {words} read otherwise"
        for key, words in TEXTS.items()
        if other["texts"].get(key) != lead["texts"].get(key)
    ]
    said += ["its title was another"] if other["title"] != lead["title"] else []
    if other["assignment"] != lead["assignment"]:
        said.append(ASSIGNMENTS.get(other["assignment"], f"its assignment was {other['assignment']}"))
    if other.get("attention_share") != lead.get("attention_share"):
        said.append("its attention check required another share")
    _, parted = _parted(lead, other)
    if parted:
        said.append(f"it asked otherwise in part ({_say_pools(parted)})")
    elif _amounts(other) != _amounts(lead):
        said.append("its blocks had other numbers of trials, another order or another qualification")
    return tuple(said)


def _parted(lead: Protocol, other: Protocol) -> tuple[list[Pool], list[Pool]]:
    """Pools of the other version that this one has, too; and pools that one of them has alone."""
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
    why = f": {use.why}" if use.why else ""
    return f"version {use.number} ({_raters(use.raters)}{under_way}){why}"


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _raters(count: int) -> str:
    return f"{count:,} rater{'' if count == 1 else 's'}"
