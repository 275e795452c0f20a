"""From a frozen protocol and a rater's seed to the trials of a session. Pure: same arguments, same plan."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from evalsite.tasks import registry
from evalsite.tasks.design.deck import Deck
from evalsite.tasks.errors import UNUSABLE_TASK, InvalidParamsError, PlanError
from evalsite.tasks.params import Params
from evalsite.tasks.protocol import REAL, PlannedTrial, Source, Stimulus, Task

Json = dict[str, Any]
Facts = Mapping[str, Mapping[str, Sequence[str]]]
"""By a condition's name and a fact's, its value for each image in set order."""

MAX_STIMULI = 1000
"""Images that one trial may show."""

MAX_EXPOSURES = 1000
"""Records of a flash that one answer may bring; with their answer they stay below a request's 1 MiB."""


@dataclass(frozen=True)
class PlacedTrial:
    """A planned trial and the number of its block in the protocol."""

    block: int
    trial: PlannedTrial


@dataclass(frozen=True)
class FrozenBlock:
    """A block of a frozen protocol with its task and params ready for use."""

    number: int
    task: Task[Any]
    params: Params
    trials: int
    practice: int
    catch: int
    qualification_share: float | None = None

    @property
    def adaptive(self) -> bool:
        """Whether each trial waits for the answers before it."""
        return self.task.adaptive(self.params)


def read_block(protocol: Mapping[str, Any], number: int) -> FrozenBlock:
    """The block of that number.

    Raises ``UnknownTaskError``, ``MalformedTaskError`` or ``InvalidParamsError``.
    """
    block = protocol["blocks"][number]
    task = registry.get(block["task"])
    return FrozenBlock(
        number=number,
        task=task,
        params=task.Params.from_json(block["params"]),
        trials=block["trials"],
        practice=block["practice"],
        catch=block["catch"],
        qualification_share=block.get("qualification_share"),
    )


def qualifying_blocks(protocol: Mapping[str, Any]) -> list[int]:
    """Numbers of the blocks that are qualifications: they decide who goes on and make no estimate."""
    return [number for number, block in enumerate(protocol["blocks"]) if "qualification_share" in block]


def required_checks(protocol: Mapping[str, Any]) -> set[str]:
    """What a frozen protocol requires of raters: ``qualification``, ``attention``, both or neither."""
    required = {"qualification": qualifying_blocks(protocol), "attention": "attention_share" in protocol}
    return {name for name, asked in required.items() if asked}


def rater_groups(protocol: Mapping[str, Any]) -> list[str]:
    """One group of raters for each condition, or one that sees all of them, written as an empty name."""
    if protocol["assignment"] != "between":
        return [""]
    return [condition["name"] for condition in protocol["conditions"]]


def plan_session(
    protocol: Mapping[str, Any],
    *,
    seed: int,
    condition: str = "",
    mirrored: bool = False,
    facts: Facts | None = None,
) -> list[PlacedTrial]:
    """All trials of a session, in order.

    Args:
        protocol: As frozen in the study's version.
        seed: The session's own seed; the study's is in the protocol.
        condition: The one condition that this rater sees; empty for all of them. A qualification shows all.
        mirrored: Whether this rater has the second of two arrangements that are counterbalanced over raters.
        facts: Those that `needed_facts` names.

    Raises:
        PlanError: If the images don't suffice for a block, or a trial is too large to be shown.
    """
    placed: list[PlacedTrial] = []
    deck = full_deck(protocol, facts)
    for number in range(len(protocol["blocks"])):
        planned = plan_block(protocol, number, deck, seed=seed, condition=condition, mirrored=mirrored)
        placed += [PlacedTrial(number, trial) for trial in planned]
        deck = deck_after(protocol, number, deck, planned)
    return placed


def needed_facts(protocol: Mapping[str, Any]) -> frozenset[str]:
    """Facts of images that a task of the protocol needs. A block that can't be read needs none."""
    needed = frozenset[str]()
    for number in range(len(protocol["blocks"])):
        with suppress(*UNUSABLE_TASK, InvalidParamsError):
            block = read_block(protocol, number)
            needed |= block.task.needed_facts(block.params)
    return needed


def full_deck(protocol: Mapping[str, Any], facts: Facts | None = None) -> Deck:
    """The deck that a session begins with: every image of the study, none of them shown yet."""
    known = facts or {}
    counts = {REAL: protocol["reference"]["count"], **{c["name"]: c["count"] for c in protocol["conditions"]}}
    return Deck(
        {name: Source(name, range(count), facts=known.get(name, {})) for name, count in counts.items()}
    )


def plan_block(
    protocol: Mapping[str, Any],
    number: int,
    deck: Deck,
    *,
    seed: int,
    condition: str = "",
    mirrored: bool = False,
) -> list[PlannedTrial]:
    """The trials of one block of a session, in order, dealt from what the blocks before it left in the deck.

    Other arguments and errors as for `plan_session`.
    """
    block = read_block(protocol, number)
    planned = block.task.plan(
        block.params,
        deck.materials(_conditions(protocol, block, condition)),
        trials=block.trials,
        practice=block.practice,
        catch=block.catch,
        seed=derive_seed(protocol["seed"], seed, number),
        mirrored=mirrored,
    )
    for trial in planned:
        _check_size("images", len(trial.stimuli), MAX_STIMULI)
        _check_size("flashes", block.task.exposures(block.params, trial), MAX_EXPOSURES)
    return planned


def _check_size(what: str, count: int, most: int) -> None:
    """Refuse a trial that could not be delivered, or whose answer could not be taken."""
    if count > most:
        raise PlanError(f"a trial has {count} {what}; expected at most {most}; plan fewer in each trial")


def deck_after(protocol: Mapping[str, Any], number: int, deck: Deck, planned: Iterable[PlannedTrial]) -> Deck:
    """What a block leaves in the deck for the blocks after it."""
    return deck.after(planned, qualification=number in qualifying_blocks(protocol))


def _conditions(protocol: Mapping[str, Any], block: FrozenBlock, condition: str) -> list[str]:
    """The conditions that a rater sees in a block, in the order of the protocol.

    In a qualification, all of them: otherwise raters of a more deceptive model would pass less often, and
    the models would be judged by raters who differ.
    """
    names = [c["name"] for c in protocol["conditions"]]
    return [condition] if condition and block.qualification_share is None else names


def derive_seed(*parts: int) -> int:
    """A 48-bit seed that any change of any part changes altogether."""
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:6], "big")


def to_json(trial: PlannedTrial) -> Json:
    """A planned trial as it is stored."""
    stimuli = [{"slot": s.slot, "condition": s.condition, "image": s.image} for s in trial.stimuli]
    return {"kind": trial.kind, "stimuli": stimuli, "settings": trial.settings}


def from_json(plan: Mapping[str, Any]) -> PlannedTrial:
    """A stored plan as tasks read it."""
    return PlannedTrial(plan["kind"], tuple(Stimulus(**s) for s in plan["stimuli"]), plan["settings"])
