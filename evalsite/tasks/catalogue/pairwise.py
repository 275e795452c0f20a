"""Two images side by side: which looks more real, or better?

Paper: Borji 2018, "Pros and Cons of GAN Evaluation Measures", arXiv:1802.03446, "rating and preference
judgement"; strengths are Bradley and Terry's (1952) with Davidson's (1970) ties.

What it does not tell: how good a generator is by itself (strengths are relative to what was compared), nor
whether its images are diverse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from evalsite.tasks.analysis import paired_comparison
from evalsite.tasks.analysis.paired_comparison import Comparison, ComparisonCounter, Comparisons
from evalsite.tasks.analysis.proportions import summarise_shares
from evalsite.tasks.answers import read_choice
from evalsite.tasks.columns import Column, Quantity
from evalsite.tasks.design.deck import deal_images
from evalsite.tasks.design.pairing import Pair, deal_sides, pairs_among, pairs_with
from evalsite.tasks.design.sequence import deal, scatter, seeded
from evalsite.tasks.errors import PlanError
from evalsite.tasks.params import Params, param, when
from evalsite.tasks.protocol import (
    REAL,
    Estimate,
    Json,
    Materials,
    PlannedTrial,
    ScoredTrial,
    Source,
    Stimulus,
    Tally,
    Task,
    TrialKind,
    counted,
)
from evalsite.tasks.simulation import SimulatedRater

KEYS = {"left": "f", "right": "j", "tie": "b"}
CATCH = "Attention check: whatever you see, choose the {side} image this time."
BETTER = "Say which of the two looks better to you."
MEETINGS = {
    "model_vs_model": "A computer made all of them.",
    "real_vs_generated": "One of the two is real; a computer made the other.",
    "both": "Some of the images are real; a computer made the others.",
}
"""What raters are told of the images, by what meets what."""
NOISE = " Coloured noise then covers them. The noise is not the images: ignore it."
UPPER_LOWER = {"left": "upper", "right": "lower"}
"""What the sides are called where a page shows the pair one above the other, left on top."""
AVERAGE = "average of all compared"
MARGINAL = "Strengths average over these raters and images: don't compare them with those of other raters."
QUESTIONS = {"real": "Which image looks more real?", "better": "Which image looks better?"}


@dataclass(frozen=True)
class PairwiseParams(Params):
    """What meets what, and what is asked."""

    compare: str = param(
        "model_vs_model", "Compare", "Images of the conditions with each other, with real images, or both.",
        choices={"model_vs_model": "each other", "real_vs_generated": "real with generated", "both": "both"},
    )  # fmt: skip
    question: str = param(
        "real", "Question", "What raters choose by; only “more real” has a right answer.", choices=QUESTIONS
    )
    allow_tie: bool = param(False, "Allow ties", "Offer “no difference” as a third answer (key B).")
    exposure_ms: int | None = param(
        None, "Exposure", "Flash pairs for this long, then mask; empty shows them until the answer.",
        unit="ms", low=10, high=10000,
    )  # fmt: skip
    feedback: bool = param(
        False, "Feedback", "Say after a pair with a real image if it was chosen as more real.",
        shown_if=[when("question", "real"), when("compare", "real_vs_generated", "both")],
    )  # fmt: skip
    fixation_ms: int = param(500, "Fixation cross", "Before each pair.", unit="ms", low=0, high=5000)
    mask_ms: int = param(
        120, "Mask", "Noise after a flashed pair; 0 shows none.", unit="ms", low=0, high=2000,
        shown_if=[when("exposure_ms")],
    )  # fmt: skip
    mask_pattern_ms: int = param(
        30, "Mask pattern", "How long each noise pattern stays.", unit="ms", low=10, high=2000,
        shown_if=[when("exposure_ms"), when("mask_ms")],
    )  # fmt: skip


class Pairwise(Task[PairwiseParams]):
    """Paired comparison."""

    name = "pairwise"
    title = "Paired comparison"
    summary = "Two images side by side, flashed or shown until the answer: which looks more real, or better?"
    Params = PairwiseParams
    side_by_side = 2
    columns = (
        Column("left_condition", "text", "Condition of the left image; “real” for a real one."),
        Column("right_condition", "text", "Condition of the right image; “real” for a real one."),
        Column("side_chosen", "text", "left or right; empty for a tie."),
        Column("tie", "bool", "Whether the rater saw no difference."),
        Column("winner", "text", "Condition of the image chosen; empty for a tie."),
        Column("loser", "text", "Condition of the image not chosen; empty for a tie."),
        Column(
            "correct",
            "bool",
            "Whether the real image, or a catch trial's side, was chosen; empty without a right answer.",
        ),
    )
    quantities = (
        Quantity(
            "bradley_terry_strength",
            "logit",
            "higher",
            0.0,
            "Log odds of being chosen, mean 0 over all compared.",
            "Bradley–Terry strength",
            chance_name=AVERAGE,
        ),
        Quantity(
            "win_rate",
            "share",
            "higher",
            0.5,
            "Share of its comparisons won, a tie as half.",
            chance_name=AVERAGE,
        ),
        Quantity(
            "deception_rate",
            "share",
            "higher",
            0.5,
            "Share of pairs with a real image in which it looked more real.",
        ),
        Quantity(
            "side_bias",
            "logit",
            "",
            0.0,
            "Log odds of choosing the left of two equal images.",
            chance_name="no bias",
        ),
    )

    def plan(
        self,
        params: PairwiseParams,
        materials: Materials,
        *,
        trials: int,
        practice: int,
        catch: int,
        seed: int,
        mirrored: bool = False,
    ) -> list[PlannedTrial]:
        """Practice first, then the scored pairs in random order with catch trials spread among them."""
        rng = seeded(seed)
        sources = _sources(params, materials)
        pairs = _pairs(params, [source.condition for source in sources])
        dealt: dict[TrialKind, list[Pair]] = {
            "practice": deal_sides(pairs, practice, rng),
            "scored": deal_sides(pairs, trials, rng),
            "catch": deal_sides(pairs, catch, rng),
        }
        needed = {kind: [name for pair in sides for name in pair] for kind, sides in dealt.items()}
        images = deal_images(sources, needed, rng)

        def trial(kind: TrialKind, pair: Pair, **settings: str) -> PlannedTrial:
            slots = zip(("left", "right"), pair, strict=True)
            stimuli = tuple(
                Stimulus(slot, condition, next(images[kind, condition])) for slot, condition in slots
            )
            return PlannedTrial(kind, stimuli, {"mask_seed": rng.getrandbits(31), **settings})

        scored = [trial("scored", pair) for pair in dealt["scored"]]
        first = [trial("practice", pair) for pair in dealt["practice"]]
        asked = zip(dealt["catch"], deal(("left", "right"), catch, rng), strict=True)
        checks = [trial("catch", pair, asked=side) for pair, side in asked]
        return first + scatter(checks, scored, rng)

    def adapt(self, params: PairwiseParams, trial: PlannedTrial, history: Sequence[ScoredTrial]) -> Json:
        """The exposure, which never changes."""
        return {"exposure_ms": params.exposure_ms}

    def flashes(self, params: PairwiseParams) -> bool:
        """Whether pairs are shown for a limited time."""
        return params.exposure_ms is not None

    def masks(self, params: PairwiseParams) -> bool:
        """Whether noise follows a flash."""
        return self.flashes(params) and params.mask_ms > 0

    def briefing(self, params: PairwiseParams) -> str:
        """What is asked; where it is which looks more real, also what meets what."""
        asked = "Say which of the two looks more real." if params.question == "real" else BETTER
        sentences = ["You see two images at a time.", asked]
        if params.question == "real":
            sentences.append(MEETINGS[params.compare])
        if params.allow_tie:
            sentences.append("If you see no difference, say so.")
        if params.exposure_ms is not None:
            sentences.append("The images appear only for an instant." + (NOISE if self.masks(params) else ""))
        return " ".join(sentences)

    def feedback(self, params: PairwiseParams, trial: PlannedTrial) -> bool:
        """Whether the rater is told if the answer was right."""
        return params.feedback or trial.kind == "practice"

    def truth(self, params: PairwiseParams, trial: PlannedTrial) -> str | None:
        """The real image, where which looks more real was asked of a pair with one."""
        conditions = {stimulus.condition for stimulus in trial.stimuli}
        return REAL if params.question == "real" and REAL in conditions else None

    def chance(self, params: PairwiseParams, trial: PlannedTrial) -> float | None:
        """One of the allowed answers is right; none of a pair without a right one."""
        judged = trial.kind == "catch" or self.truth(params, trial)
        return 1 / len(_allowed(params)) if judged else None

    def payload(
        self, params: PairwiseParams, trial: PlannedTrial, presentation: Json, urls: Mapping[str, str]
    ) -> Json:
        """The two addresses, the timings and the question; a catch trial also says which side to choose."""
        asked = trial.settings.get("asked")
        return {
            "left": urls["left"],
            "right": urls["right"],
            "exposure_ms": presentation["exposure_ms"],
            "fixation_ms": params.fixation_ms,
            "mask_ms": params.mask_ms,
            "mask_pattern_ms": params.mask_pattern_ms,
            "mask_seed": trial.settings["mask_seed"],
            "question": QUESTIONS[params.question],
            "keys": {**KEYS, "tie": KEYS["tie"] if params.allow_tie else None},
            "instruction": CATCH.format(side=asked) if asked else "",
            "instruction_stacked": CATCH.format(side=UPPER_LOWER[asked]) if asked else "",
            "feedback": self.feedback(params, trial),
        }

    def read(self, params: PairwiseParams, trial: PlannedTrial, raw: object) -> Json:
        """``{"answer": "left" | "right" | "tie"}``, a tie where allowed; else ``InvalidResponseError``."""
        return read_choice(raw, _allowed(params))

    def score(self, params: PairwiseParams, trial: PlannedTrial, answer: Json) -> Json:
        """The declared columns."""
        side = answer["answer"]
        conditions = {stimulus.slot: stimulus.condition for stimulus in trial.stimuli}
        tie = side == "tie"
        winner = conditions.get(side)
        loser = None if tie else conditions["right" if side == "left" else "left"]
        correct: bool | None = None
        if asked := trial.settings.get("asked"):
            correct = side == asked
        elif not tie and self.truth(params, trial):
            correct = winner == REAL
        return {
            "left_condition": conditions["left"], "right_condition": conditions["right"],
            "side_chosen": None if tie else side, "tie": tie, "winner": winner, "loser": loser,
            "correct": correct,
        }  # fmt: skip

    def meaning(self, params: PairwiseParams) -> str:
        """More real, or liked better, as was asked."""
        return "more like real images" if params.question == "real" else "liked better"

    def count(self, params: PairwiseParams, trials: Iterable[ScoredTrial]) -> Json:
        """``comparisons``, one list a trial: source and image on the left, on the right, and the outcome."""
        return {"comparisons": [_compared(trial) for trial in counted(trials)]}

    def estimate(self, params: PairwiseParams, tallies: Iterable[Tally]) -> list[Estimate]:
        """Strengths and win rates; against real images by “more real” also deception rates."""
        counter = ComparisonCounter()
        for tally in tallies:
            counter.add_all(_comparisons(tally))
        shown = counter.comparisons()
        if not len(shown.raters):
            return []
        fitted = paired_comparison.strengths(shown)
        rates = summarise_shares(paired_comparison.win_shares(shown))
        estimates = [self.estimate_of(params, "", "side_bias", fitted.side_bias, n_trials=len(shown.raters))]
        for item, (rate, n_trials) in rates.items():
            strength = fitted.items[item].noting(MARGINAL)
            estimates.append(
                self.estimate_of(params, item, "bradley_terry_strength", strength, n_trials=n_trials)
            )
            estimates.append(self.estimate_of(params, item, "win_rate", rate, n_trials=n_trials))
        return estimates + (self._deception(params, shown) if params.question == "real" else [])

    def _deception(self, params: PairwiseParams, shown: Comparisons) -> list[Estimate]:
        """Win rates of generated images over pairs with a real one only."""
        if REAL not in shown.items:
            return []
        against = {item: shown.between(item, REAL) for item in shown.items if item != REAL}
        shares = {
            item: paired_comparison.win_shares(pairs)[item]
            for item, pairs in against.items()
            if len(pairs.raters)
        }
        return [
            self.estimate_of(params, item, "deception_rate", rate, n_trials=n_trials)
            for item, (rate, n_trials) in summarise_shares(shares).items()
        ]

    def simulate(
        self,
        params: PairwiseParams,
        trial: PlannedTrial,
        presentation: Json,
        rater: SimulatedRater,
        *,
        seed: int,
    ) -> Json:
        """A Bradley–Terry rater's answer; catch trials are obeyed but for lapses."""
        rng = seeded(seed)
        exposure_ms = presentation["exposure_ms"]
        left, right = (stimulus.condition for stimulus in trial.stimuli)
        able = rater if params.allow_tie else replace(rater, ties=0.0)
        answer = trial.settings.get("asked") or able.prefers(left, right, exposure_ms, rng)
        given = rater.answers(answer, _allowed(params), rng)
        return {"answer": {"answer": given}, "rt_ms": rater.draw_rt_ms(exposure_ms, rng)}


def _allowed(params: PairwiseParams) -> tuple[str, ...]:
    return ("left", "right", "tie") if params.allow_tie else ("left", "right")


def _sources(params: PairwiseParams, materials: Materials) -> list[Source]:
    """The sources that pairs draw from. Raises ``PlanError`` where there is nothing to compare."""
    real = [] if params.compare == "model_vs_model" else [materials.reference]
    sources = [*real, *materials.conditions]
    if len(sources) < 2 or not materials.conditions:
        raise PlanError(
            f"comparing {params.compare.replace('_', ' ')} needs two sources, got {len(sources)}; "
            "add a condition, let raters see all conditions, or compare with real images"
        )
    return sources


def _pairs(params: PairwiseParams, names: Sequence[str]) -> list[Pair]:
    return pairs_with(REAL, names[1:]) if params.compare == "real_vs_generated" else pairs_among(names)


def _compared(trial: ScoredTrial) -> list[Any]:
    left, right = _by_side(trial.trial)
    outcome = "tie" if trial.score["tie"] else trial.score["side_chosen"]
    return [left.condition, left.image, right.condition, right.image, outcome]


def _comparisons(tally: Tally) -> Iterator[Comparison]:
    for left, left_image, right, right_image, outcome in tally.counts["comparisons"]:
        yield Comparison(tally.rater, (left, left_image), (right, right_image), outcome)


def _by_side(trial: PlannedTrial) -> tuple[Stimulus, Stimulus]:
    by_slot = {stimulus.slot: stimulus for stimulus in trial.stimuli}
    return by_slot["left"], by_slot["right"]
