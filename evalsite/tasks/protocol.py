"""What a task is: eight verbs in the order of a trial's life, over plain frozen data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, ClassVar, Generic, Literal, TypeVar

from evalsite.tasks.analysis.summaries import Summary
from evalsite.tasks.analysis.two_way import Joint
from evalsite.tasks.columns import Column, Quantity
from evalsite.tasks.params import Params
from evalsite.tasks.simulation import SimulatedRater

Json = dict[str, Any]
TrialKind = Literal["scored", "practice", "catch"]

REAL = "real"
"""The condition name of the reference set; no study condition may take it."""

P = TypeVar("P", bound=Params)


@dataclass(frozen=True)
class Source:
    """A source of stimuli: a condition's sample set or the reference set, as image keys in set order.

    Tasks draw from it with `evalsite.tasks.design.deck`, which reads what the session has seen of it, so that
    no task keeps a record of its own.

    Args:
        condition: Name of the condition; ``REAL`` for the reference set.
        images: Keys of the images, opaque to the task (the host resolves them).
        shown: How often the session's earlier blocks show an image; one without an entry is new.
        spent: Images that are not to be dealt again: those of practice trials and of a qualification.
        facts: What is known of the images, each fact a column in set order; those that the task needs.
    """

    condition: str
    images: Sequence[int]
    shown: Mapping[int, int] = field(default_factory=dict)
    spent: frozenset[int] = frozenset()
    facts: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def real(self) -> bool:
        """Whether the images are real ones."""
        return self.condition == REAL


@dataclass(frozen=True)
class Materials:
    """What a plan may draw from: the real images and one source per condition."""

    reference: Source
    conditions: Sequence[Source]


@dataclass(frozen=True)
class Stimulus:
    """One image of one source; ``slot`` names its place in the trial (``image``, ``left``, ``right``)."""

    slot: str
    condition: str
    image: int

    @property
    def real(self) -> bool:
        """Whether the image is a real one."""
        return self.condition == REAL


@dataclass(frozen=True)
class PlannedTrial:
    """A trial fixed before it is shown.

    Args:
        kind: Whether it counts, teaches, or checks attention.
        stimuli: What is shown, one per slot.
        settings: What else the task fixes per trial (which key means what, a staircase's number). JSON.
    """

    kind: TrialKind
    stimuli: tuple[Stimulus, ...]
    settings: Json = field(default_factory=dict)


@dataclass(frozen=True)
class ScoredTrial:
    """A trial with its answer scored: what adapting and estimating read.

    Args:
        trial: As planned.
        presentation: How it was shown (JSON, from ``adapt``).
        score: The task's declared columns.
        valid: Whether the exposure was as planned.
        participant: An opaque rater id; a rater's trials are never taken as independent.
        rt_ms: Reaction time from stimulus onset, milliseconds.
        shown_ms: How long the stimulus was on screen (achieved frames × period), milliseconds, if recorded.
        block: Number of the block in the protocol; trials of several blocks alike are estimated together.
    """

    trial: PlannedTrial
    presentation: Json
    score: Mapping[str, Any]
    valid: bool = True
    participant: str = ""
    rt_ms: float | None = None
    shown_ms: float | None = None
    block: int = 0


@dataclass(frozen=True)
class Tally:
    """What one rater's answers to one block come to: all that estimates are made of.

    Args:
        rater: An opaque id; a rater's trials are never taken as independent.
        block: Number of the block in the protocol.
        counts: What `Task.count` made of the trials. JSON.
    """

    rater: str
    block: int
    counts: Json


@dataclass(frozen=True)
class Estimate:
    """A human quantity of one condition with its intervals.

    Args:
        condition: The condition's name; empty for a quantity of the whole block.
        quantity: Name of one of the task's declared quantities, e.g. ``deception_rate_generated``.
        value: Point estimate; None where undefined (``note`` says why).
        low, high: 95 % interval for the generator: over new raters and new images of this checkpoint; None
            where undefined. Another training of the same model is not covered.
        n_raters, n_trials: What the estimate rests on.
        chance: What guessing would give; None if that means nothing here.
        better: Whether higher or lower is better; empty if neither.
        unit: ``share``, ``ms``, ``z``, ``logit``.
        note: One sentence of warning, or empty.
        title: What people call the quantity; its name in words if empty.
        n_images: Images it rests on, of the source with the fewest; 0 where that means nothing.
        low_these_images, high_these_images: 95 % interval for these images: over new raters alone.
        meaning: What the better end means, by the question that raters were asked.
        chance_name: What a plot calls the value at `chance`.
        joint: How it varies together with those of the other conditions; None where that is not known.
    """

    condition: str
    quantity: str
    value: float | None
    low: float | None
    high: float | None
    n_raters: int
    n_trials: int
    chance: float | None = None
    better: Literal["higher", "lower", ""] = ""
    unit: str = ""
    note: str = ""
    title: str = ""
    n_images: int = 0
    low_these_images: float | None = None
    high_these_images: float | None = None
    meaning: str = "more like real images"
    chance_name: str = "guessing"
    joint: Joint | None = field(default=None, repr=False, compare=False)


class Task(ABC, Generic[P]):
    """A thing that a rater can be asked to do.

    A file in ``catalogue/`` defines one subclass, registered under the file's stem; its browser half is
    ``static/js/tasks/<stem>.js``. Instances hold no state.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    quantities: ClassVar[tuple[Quantity, ...]]
    Params: ClassVar[type[Params]]
    side_by_side: ClassVar[int] = 1
    """How many images stand in a row; the more, the smaller they may be on a phone."""

    @abstractmethod
    def plan(
        self,
        params: P,
        materials: Materials,
        *,
        trials: int,
        practice: int,
        catch: int,
        seed: int,
        mirrored: bool = False,
    ) -> list[PlannedTrial]:
        """Fix what is shown, practice first; same arguments, same plan.

        Args:
            params: The block's params.
            materials: What may be drawn from, with what earlier blocks of the session have shown of it.
            trials: How many scored trials.
            practice: How many practice trials.
            catch: How many catch trials.
            seed: Of this block of this rater.
            mirrored: Whether the rater has the second of two arrangements, such as which key means what. The
                host gives each to as many raters; it is the same in all blocks of a rater.

        Raises:
            PlanError: The materials do not suffice.
        """

    @abstractmethod
    def adapt(self, params: P, trial: PlannedTrial, history: Sequence[ScoredTrial]) -> Json:
        """Decide how the trial is shown (never what) from the session's earlier trials of the block."""

    def adaptive(self, params: P) -> bool:
        """Whether ``adapt`` needs the answers before it, so that trials can't be handed out ahead."""
        return False

    def flashes(self, params: P) -> bool:
        """Whether stimuli are shown for a limited time, so that frames matter and raters are warned."""
        return False

    def exposures(self, params: P, trial: PlannedTrial) -> int:
        """How many flashes an answer to the trial records at most; by default one for each stimulus.

        A trial that records more than the site takes is refused when it is planned.
        """
        return len(trial.stimuli)

    def masks(self, params: P) -> bool:
        """Whether noise follows what is shown for a limited time, so that raters are told to ignore it."""
        return False

    def briefing(self, params: P) -> str:
        """What raters read before a study with this task, unless the researcher wrote a text."""
        return "Look at each image and answer the question below it."

    def feedback(self, params: P, trial: PlannedTrial) -> bool:
        """Whether the rater is told after the answer if it was right; practice always tells."""
        return trial.kind == "practice"

    def truth(self, params: P, trial: PlannedTrial) -> str | None:
        """What the right answer to a scored trial is called; None where none is right.

        A qualification asks its share of right answers of each truth apart.
        """
        return None

    def chance(self, params: P, trial: PlannedTrial) -> float | None:
        """Probability of being right by guessing, 0 to 1; None where no answer is right.

        It is None where `truth` is, but for catch trials, which always have a right answer.
        """
        return None

    def facts(self, params: P) -> tuple[str, ...]:
        """Sentences that follow from the params and belong in the protocol."""
        return ()

    def needed_facts(self, params: P) -> frozenset[str]:
        """Facts that all images must have, such as ``prompt``; the host loads no others."""
        return frozenset()

    @abstractmethod
    def payload(self, params: P, trial: PlannedTrial, presentation: Json, urls: Mapping[str, str]) -> Json:
        """What the client needs to show the trial; no truth, no condition, no telling name."""

    @abstractmethod
    def read(self, params: P, trial: PlannedTrial, raw: object) -> Json:
        """The answer as a plain mapping; raises ``InvalidResponseError`` for anything malformed."""

    @abstractmethod
    def score(self, params: P, trial: PlannedTrial, answer: Json) -> Json:
        """The declared columns, pure, so that all can be rescored; ``correct`` is one of them."""

    @abstractmethod
    def count(self, params: P, trials: Iterable[ScoredTrial]) -> Json:
        """One rater's trials of one block as JSON, without the rater: all that `estimate` needs of them.

        It is stored when the session ends, so that results never read single trials. Trials that are not
        valid or not scored add nothing. Where the estimator needs single trials, their numbers stand in it
        as lists.
        """

    @abstractmethod
    def estimate(self, params: P, tallies: Iterable[Tally]) -> list[Estimate]:
        """Quantities per condition with two-way intervals.

        There may be tallies of thousands of raters: they are read once, and a rater may have several.
        """

    @abstractmethod
    def simulate(
        self, params: P, trial: PlannedTrial, presentation: Json, rater: SimulatedRater, *, seed: int
    ) -> Json:
        """What a rater of known ability would send: ``{"answer": what read takes, "rt_ms": float}``."""

    def meaning(self, params: P) -> str:
        """What the better end of its quantities means, by the question that raters are asked."""
        return "more like real images"

    def estimate_of(
        self, params: P, condition: str, quantity: str, summary: Summary, *, n_trials: int
    ) -> Estimate:
        """An estimate of one of the declared quantities."""
        declared = next(q for q in self.quantities if q.name == quantity)
        return Estimate(
            condition=condition,
            quantity=quantity,
            value=summary.value,
            low=summary.low,
            high=summary.high,
            n_raters=summary.n_raters,
            n_trials=n_trials,
            chance=declared.chance,
            better=declared.better,
            unit=declared.unit,
            note=summary.note,
            title=declared.title,
            n_images=summary.n_images,
            low_these_images=summary.low_these_images,
            high_these_images=summary.high_these_images,
            meaning=self.meaning(params),
            chance_name=declared.chance_name,
            joint=summary.joint,
        )


def tallied(task: Task[P], params: P, trials: Iterable[ScoredTrial]) -> Iterator[Tally]:
    """Tallies of trials that come rater by rater and block by block."""
    for (rater, block), own in groupby(trials, lambda trial: (trial.participant, trial.block)):
        yield Tally(rater, block, task.count(params, own))


def counted(trials: Iterable[ScoredTrial]) -> Iterator[ScoredTrial]:
    """The trials that estimates rest on: valid and scored."""
    return (trial for trial in trials if trial.valid and trial.trial.kind == "scored")
