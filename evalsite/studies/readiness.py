"""What keeps a study from being opened, and what a researcher should know before. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evalsite.recruiters import registry as recruiters
from evalsite.recruiters.errors import MalformedRecruiterError, UnknownRecruiterError
from evalsite.studies.freezing import BlockData, Json, SetData, StudyData, freeze
from evalsite.studies.planning import Facts, deck_after, full_deck, plan_block, rater_groups
from evalsite.tasks import registry
from evalsite.tasks.design.deck import Deck
from evalsite.tasks.errors import UNUSABLE_TASK, InvalidParamsError, PlanError
from evalsite.tasks.params import Params
from evalsite.tasks.protocol import REAL, PlannedTrial, Task

LOSSY = frozenset({"JPEG", "MPO", "WEBP"})
"""Formats whose compression leaves traces that re-encoding keeps."""

HEAVY_MB = 100
"""Images of a session from which on a slow connection makes raters wait for minutes."""

Sides = Mapping[int, tuple[int, int]]
"""By a sample set's key, the shorter side of its smallest and of its largest image, pixels."""

Image = tuple[str, int]
"""A condition and the key of one of its images."""


@dataclass(frozen=True)
class Findings:
    """What was found out about a study, in sentences.

    Attributes:
        problems: What must be fixed before raters can come.
        warnings: What is allowed but may be unwanted; empty while there are problems.
        facts: What follows from each block's params, in words for raters; empty while there are problems.
    """

    problems: Sequence[str] = ()
    warnings: Sequence[str] = ()
    facts: Sequence[str] = ()


@dataclass(frozen=True)
class PlannedBlock:
    """A block with the trials that a rater of each group would get; all findings are made from these.

    Attributes:
        number: Its number, from 1.
        block: As it is set up.
        plans: A rater's trials, for every group of raters; empty if images are missing or planning failed.
        fault: Why planning failed, in a sentence; empty if it did not.
    """

    number: int
    block: BlockData
    plans: Sequence[Sequence[PlannedTrial]] = ()
    fault: str = ""

    @property
    def task(self) -> Task[Any]:
        """The block's task."""
        return registry.get(self.block.task)

    @property
    def params(self) -> Params:
        """Its params with their defaults."""
        return _params(self.block)


def check_study(study: StudyData, sides: Sides | None = None, facts: Facts | None = None) -> Findings:
    """Find what keeps a study from being opened; if nothing does, what a researcher should know first.

    Args:
        study: The study as it is set up.
        sides: Sizes of the images in its sets, where known.
        facts: Facts of its images that its tasks need.
    """
    blocks = _planned(study, facts)
    problems = [*_recruiting(study), *_texts(study), *_sets(study), *_blocks(blocks), *_attention(study)]
    if problems:
        return Findings(problems)
    return Findings(warnings=_warnings(study, blocks, sides or {}), facts=_facts(study, blocks))


def full_params(block: BlockData) -> dict[str, Any]:
    """The block's params with their defaults.

    Raises:
        UnknownTaskError: there is no such task.
        MalformedTaskError: the task's file can't be used.
        InvalidParamsError: a param is not what the task's form would have taken.
    """
    return _params(block).to_json()


def _planned(study: StudyData, facts: Facts | None) -> list[PlannedBlock]:
    """Every block with its plans, made as for a session; a faulty block has a sentence instead."""
    protocol = freeze(study)
    counts = [study.reference.count, *(condition.sample_set.count for condition in study.conditions)]
    groups = rater_groups(protocol) if study.conditions and all(counts) else []
    decks = dict.fromkeys(groups, full_deck(protocol, facts))
    blocks = []
    for index in range(len(study.blocks)):
        planned = _plan(study, protocol, index, decks)
        blocks.append(planned)
        for group, trials in zip(groups, planned.plans, strict=False):  # a faulty block takes no images
            decks[group] = deck_after(protocol, index, decks[group], trials)
    return blocks


def _plan(study: StudyData, protocol: Json, index: int, decks: Mapping[str, Deck]) -> PlannedBlock:
    number, block = index + 1, study.blocks[index]
    try:
        params = _params(block)
        needed = registry.get(block.task).needed_facts(params)
        _require_facts(needed, [condition.sample_set for condition in study.conditions])
        plans = [plan_block(protocol, index, deck, seed=0, condition=group) for group, deck in decks.items()]
        if any(stimulus.real for trials in plans for trial in trials for stimulus in trial.stimuli):
            _require_facts(needed, [study.reference])
    except (*UNUSABLE_TASK, InvalidParamsError, PlanError) as error:
        return PlannedBlock(number, block, fault=_sentence(f"Block {number} ({block.task}): {error}"))
    return PlannedBlock(number, block, plans)


def _require_facts(needed: Iterable[str], sample_sets: Iterable[SetData]) -> None:
    """Raise ``PlanError`` if the images of a set lack a fact that the task needs."""
    for name in sorted(needed):
        if lacking := [repr(held.name) for held in sample_sets if held.count and name not in held.facts]:
            raise PlanError(
                f"the task needs the fact {name!r} of every image, and there is none in "
                f"{', '.join(lacking)}; import the images again with a metadata.csv that has "
                f"a column {name!r}"
            )


def _warnings(study: StudyData, blocks: Sequence[PlannedBlock], sides: Sides) -> list[str]:
    found = [*_traces(study), *_scaling(study, sides), *_weight(study, blocks), *_repeats(blocks)]
    found += _guessing(study, blocks)
    return list(dict.fromkeys(found))


def _facts(study: StudyData, blocks: Sequence[PlannedBlock]) -> list[str]:
    found = []
    for block in blocks:
        share = f"{_real_share(block.plans):.0%} of the images in scored trials are real."
        said = [share, *_qualifies(block.block), *block.task.facts(block.params)]
        found += [f"Block {block.number}: {fact}" for fact in said]
    if study.attention_share is not None:
        required = f"{study.attention_share:.0%} of the catch trials"
        found.append(f"Results leave out raters who get fewer than {required} right.")
    return found


def _recruiting(study: StudyData) -> Iterator[str]:
    try:
        recruiters.get(study.recruiter)
    except (UnknownRecruiterError, MalformedRecruiterError) as error:
        yield _sentence(f"Recruiter: {error}")


def _texts(study: StudyData) -> Iterator[str]:
    for name, text in study.texts.items():
        if not text.strip():
            yield f"The {name} text is empty; write what raters read there."


def _sets(study: StudyData) -> Iterator[str]:
    reference = study.reference
    if reference.kind != "reference":
        yield f"The reference set {reference.name!r} holds generated images; choose a set of real ones."
    if not reference.count:
        yield f"The reference set {reference.name!r} holds no images here; choose another one."
    if not study.conditions:
        yield "There is no condition; add at least one set of generated images."
    for condition in study.conditions:
        yield from _condition(condition.name, condition.sample_set.name, condition.sample_set.kind)
        if not condition.sample_set.count:
            yield f"Condition {condition.name!r} holds no images here; choose another sample set."
    for name, times in Counter(condition.sample_set.name for condition in study.conditions).items():
        if times > 1:
            yield f"{times} conditions show the sample set {name!r}; give each its own."


def _condition(name: str, set_name: str, kind: str) -> Iterator[str]:
    if name.strip().lower() == REAL:
        yield f"A condition is named {name!r}, the name of the real images; choose another name."
    if kind != "generated":
        yield f"Condition {name!r} shows real images, {set_name!r}, as if generated; choose another set."


def _blocks(blocks: Sequence[PlannedBlock]) -> Iterator[str]:
    if not blocks:
        yield "There is no block; add at least one, with a task."
    for planned in blocks:
        if not planned.block.trials:
            yield f"Block {planned.number} has no scored trials; give it at least one."
        if planned.fault:
            yield planned.fault
        elif planned.plans:
            yield from _qualification(planned)
    if blocks and all(planned.block.qualification_share is not None for planned in blocks):
        yield "Every block is a qualification; add one whose answers make the results."


def _qualification(planned: PlannedBlock) -> Iterator[str]:
    """What keeps a block from being the qualification that it is to be."""
    share = planned.block.qualification_share
    if share is None:
        return
    yield from _share(f"Block {planned.number}", share)
    task, params = planned.task, planned.params
    scored = [[trial for trial in trials if trial.kind == "scored"] for trials in planned.plans]
    if not all(any(task.truth(params, trial) for trial in trials) for trials in scored):
        yield (
            f"Block {planned.number} is a qualification, but none of its trials has a right answer; change "
            "its params, or leave its required share empty."
        )


def _guessing(study: StudyData, blocks: Sequence[PlannedBlock]) -> Iterator[str]:
    """Required shares that somebody who guesses reaches about every second time, or more often."""
    for planned in blocks:
        required = planned.block.qualification_share
        if required is not None and required <= (chance := _chance(planned, "scored")):
            yield (
                f"Block {planned.number} is a qualification that asks for {required:.0%} right, and guessing "
                f"gives {chance:.0%}; ask for more, or raters who guess go on."
            )
        required = study.attention_share
        if required is not None and planned.block.catch and required <= (chance := _chance(planned, "catch")):
            yield (
                f"{required:.0%} of the catch trials must be right, and guessing gives {chance:.0%} in block "
                f"{planned.number}; ask for more, or raters who guess count as attentive."
            )


def _chance(planned: PlannedBlock, kind: str) -> float:
    """Expected share of right answers by guessing, over the block's trials of a kind that have one."""
    trials = [trial for trials in planned.plans for trial in trials if trial.kind == kind]
    chances = [planned.task.chance(planned.params, trial) for trial in trials]
    known = [chance for chance in chances if chance is not None]
    return sum(known) / len(known) if known else 0.0


def _attention(study: StudyData) -> Iterator[str]:
    if study.attention_share is None:
        return
    yield from _share("Catch trials", study.attention_share)
    if not any(block.catch for block in study.blocks):
        yield (
            f"{study.attention_share:.0%} of the catch trials must be right, but no block has any; add some, "
            "or leave the required share empty."
        )


def _share(what: str, share: float) -> Iterator[str]:
    if not 0 < share <= 1:
        yield f"{what}: the required share was {share:g}; expected more than 0 and at most 1."


def _qualifies(block: BlockData) -> Iterator[str]:
    if block.qualification_share is not None:
        yield (
            f"A qualification on all conditions: raters who get under {block.qualification_share:.0%} right "
            "leave after it. Its trials are not part of the results."
        )


def _params(block: BlockData) -> Params:
    params: Params = registry.get(block.task).Params.from_json(block.params)
    return params


def _real_share(plans: Iterable[Iterable[PlannedTrial]]) -> float:
    shown = [
        stimulus.real
        for trials in plans
        for trial in trials
        if trial.kind == "scored"
        for stimulus in trial.stimuli
    ]
    return sum(shown) / len(shown)


def _scaling(study: StudyData, sides: Sides) -> Iterator[str]:
    """A sentence for each condition whose images are scaled otherwise than the real ones."""
    real = sides.get(study.reference.id)
    for condition in study.conditions:
        generated = sides.get(condition.sample_set.id)
        if real and generated and real != generated:
            yield (
                f"Real images are {_range(real)} pixels across and those of {condition.name!r} "
                f"{_range(generated)}: scaled to {study.stimulus_px}, one kind may look softer; "
                "import both at one size."
            )


def _range(sides_px: tuple[int, int]) -> str:
    low, high = sides_px
    return f"{low}" if low == high else f"{low} to {high}"


def _traces(study: StudyData) -> Iterator[str]:
    """A sentence for each condition that compression tells from the real images, however they are sent."""
    real = _compressed(study.reference)
    for condition in study.conditions:
        if _compressed(condition.sample_set) != real:
            generated = f"those of {condition.name!r}"
            lossy, other = ("real images", generated) if real else (generated, "real images")
            yield f"JPEG or WebP compression may tell {lossy}, which had it, from {other}, which had not."


def _compressed(sample_set: SetData) -> bool:
    return not LOSSY.isdisjoint(sample_set.formats)


def _sentence(words: str) -> str:
    return words if words.endswith((".", "?")) else f"{words}."


def _repeats(blocks: Iterable[PlannedBlock]) -> Iterator[str]:
    """A sentence for each block and source of which a rater sees images again; a rater's plan is an example.

    Where groups of raters differ, it tells of the one that sees most of them again.
    """
    seen: defaultdict[int, set[Image]] = defaultdict(set)
    for block in blocks:
        most: dict[str, tuple[int, int]] = {}
        for group, trials in enumerate(block.plans):
            for condition, repeated in _count_repeats(trials, seen[group]).items():
                most[condition] = max(most.get(condition, repeated), repeated)
        for condition, (again, shown) in most.items():
            which = "real images" if condition == REAL else f"images of {condition!r}"
            if again:
                yield (
                    f"Block {block.number} shows a rater {shown} {which}, {again} of them seen before in the "
                    "session; use fewer trials or import more images."
                )


def _count_repeats(trials: Iterable[PlannedTrial], seen: set[Image]) -> dict[str, tuple[int, int]]:
    """By condition, how many images were seen before and how many are shown; adds them to those seen."""
    again, shown = Counter[str](), Counter[str]()
    for stimulus in (stimulus for trial in trials for stimulus in trial.stimuli):
        image = (stimulus.condition, stimulus.image)
        again[stimulus.condition] += image in seen
        shown[stimulus.condition] += 1
        seen.add(image)
    return {condition: (again[condition], shown[condition]) for condition in shown}


def _weight(study: StudyData, blocks: Iterable[PlannedBlock]) -> Iterator[str]:
    """A sentence if a session's images, which are sent uncompressed, are many megabytes."""
    shown = sum(len(trial.stimuli) for block in blocks for trial in block.plans[0])
    megabytes = shown * study.stimulus_px**2 * 3 / 1e6
    if megabytes > HEAVY_MB:
        yield (
            f"A rater fetches about {megabytes:.0f} MB of images, uncompressed so that no size tells; "
            "a smaller image size or fewer trials spare slow connections."
        )
