"""Two images side by side: which looks more real, or better?

Paper: forced-choice comparison against real images as in Denton et al. 2015 (arXiv:1506.05751) and between models as in Borji
2018, "Pros and Cons of GAN Evaluation Measures", arXiv:1802.03446, "rating and preference judgement". Strengths are
Bradley–Terry's with Davidson's ties.

What it does not tell: how good any of them is by itself (strengths are relative to what was compared), nor diversity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from evalsite.tasks.analysis import bootstrap, paired_comparison
from evalsite.tasks.analysis.paired_comparison import Comparison, Outcome
from evalsite.tasks.columns import Column, Quantity
from evalsite.tasks.design.pairing import Pair, deal_sides, pairs_among, pairs_with
from evalsite.tasks.design.sequence import deal, draw, scatter, seeded
from evalsite.tasks.errors import InvalidResponseError, PlanError
from evalsite.tasks.params import Params, param
from evalsite.tasks.protocol import (
    REAL,
    Estimate,
    Json,
    Materials,
    PlannedTrial,
    ScoredTrial,
    Source,
    Stimulus,
    Task,
    TrialKind,
)
from evalsite.tasks.simulation import SimulatedRater

KEYS = {"left": "f", "right": "j", "tie": "b"}
QUESTIONS = {"real": "Which image looks more real?", "better": "Which image looks better?"}


@dataclass(frozen=True)
class PairwiseParams(Params):
    """What meets what, and what is asked."""

    compare: str = param(
        "model_vs_model",
        label="Compare",
        help="Generated images of the conditions with each other, with real images, or both.",
        choices=(
            ("model_vs_model", "conditions with each other"),
            ("real_vs_generated", "real with generated"),
            ("both", "both"),
        ),
    )
    question: str = param(
        "real", label="Question", help="What raters choose by; only “more real” has a right answer.",
        choices=tuple(QUESTIONS.items()),
    )  # fmt: skip
    allow_tie: bool = param(
        False, label="Allow ties", help="Offer “no difference” as a third answer (key B)."
    )
    exposure_ms: int | None = param(
        None, label="Exposure", help="Flash the pair for this long, then mask it; empty shows it until the answer.", unit="ms",
        low=10, high=10000, optional=True,
    )  # fmt: skip
    feedback: bool = param(
        False,
        label="Feedback",
        help="Tell raters after each pair with a real image if they chose it; practice always tells.",
    )
    fixation_ms: int = param(
        500, label="Fixation cross", help="Before each pair.", unit="ms", low=0, high=5000
    )
    mask_ms: int = param(
        120, label="Mask", help="Noise after a flashed pair; 0 shows none.", unit="ms", low=0, high=2000
    )
    mask_pattern_ms: int = param(
        30,
        label="Mask pattern",
        help="How long each noise pattern stays until the next.",
        unit="ms",
        low=10,
        high=2000,
    )


class Pairwise(Task[PairwiseParams]):
    """Paired comparison."""

    name = "pairwise"
    title = "Paired comparison"
    summary = "Two images side by side, flashed or shown until the answer: which looks more real, or better?"
    Params = PairwiseParams
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
            "Whether the real image was chosen as more real, or a catch trial's side; else, or tied, empty.",
        ),
    )
    quantities = (
        Quantity(
            "bradley_terry_strength",
            "logit",
            "higher",
            0.0,
            "Log odds of being chosen, mean 0 over what was compared.",
        ),
        Quantity(
            "win_rate",
            "share",
            "higher",
            0.5,
            "Share of its comparisons won, a tie as half, mean over raters.",
        ),
        Quantity(
            "deception_rate",
            "share",
            "higher",
            0.5,
            "Share of pairs with a real image in which it passed for the more real one.",
        ),
        Quantity("side_bias", "logit", "", 0.0, "Log odds of choosing the left of two equal images."),
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
    ) -> list[PlannedTrial]:
        """Practice first, then the scored pairs in random order with catch trials spread among them."""
        rng = seeded(seed)
        pairs = _pairs(params, materials)
        dealt: dict[TrialKind, list[Pair]] = {
            "scored": deal_sides(pairs, trials, rng),
            "practice": deal_sides(pairs, practice, rng),
            "catch": deal_sides(pairs, catch, rng),
        }
        shown = [condition for kind in dealt.values() for pair in kind for condition in pair]
        images = {
            s.condition: iter(draw(s.images, shown.count(s.condition), rng))
            for s in _sources(params, materials)
        }

        def trial(kind: TrialKind, pair: Pair, **settings: str) -> PlannedTrial:
            slots = zip(("left", "right"), pair, strict=True)
            stimuli = tuple(Stimulus(slot, condition, next(images[condition])) for slot, condition in slots)
            return PlannedTrial(kind, stimuli, {"mask_seed": rng.getrandbits(31), **settings})

        ordered = {kind: rng.sample(of_kind, len(of_kind)) for kind, of_kind in dealt.items()}
        scored = [trial("scored", pair) for pair in ordered["scored"]]
        first = [trial("practice", pair) for pair in ordered["practice"]]
        asked = deal(("left", "right"), catch, rng)
        checks = [
            trial("catch", pair, asked=side) for pair, side in zip(ordered["catch"], asked, strict=True)
        ]
        return first + scatter(checks, scored, rng)

    def adapt(self, params: PairwiseParams, trial: PlannedTrial, history: Sequence[ScoredTrial]) -> Json:
        """The exposure, which never changes."""
        return {"exposure_ms": params.exposure_ms}

    def flashes(self, params: PairwiseParams) -> bool:
        """Whether pairs are shown for a limited time."""
        return params.exposure_ms is not None

    def feedback(self, params: PairwiseParams, trial: PlannedTrial) -> bool:
        """Whether the rater is told if the answer was right."""
        return params.feedback or trial.kind == "practice"

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
            "instruction": f"Attention check: whatever you see, choose the {asked} image this time."
            if asked
            else "",
            "feedback": self.feedback(params, trial),
        }

    def read(self, params: PairwiseParams, trial: PlannedTrial, raw: object) -> Json:
        """``{"answer": "left" | "right" | "tie"}``, a tie where allowed; anything else raises ``InvalidResponseError``."""
        allowed = _allowed(params)
        answer = raw.get("answer") if isinstance(raw, Mapping) else raw
        if not isinstance(raw, Mapping) or answer not in allowed:
            raise InvalidResponseError(
                f"the answer was {answer!r:.60}; expected {{'answer': …}} with one of {', '.join(allowed)}"
            )
        return {"answer": answer}

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
        elif not tie and params.question == "real" and REAL in conditions.values():
            correct = winner == REAL
        return {
            "left_condition": conditions["left"], "right_condition": conditions["right"],
            "side_chosen": None if tie else side, "tie": tie, "winner": winner, "loser": loser, "correct": correct,
        }  # fmt: skip

    def estimate(
        self, params: PairwiseParams, trials: Sequence[ScoredTrial], *, seed: int = 0, resamples: int = 2000
    ) -> list[Estimate]:
        """Strength and win rate of everything compared; against real images, by "more real", also the deception rate."""
        comparisons = [_comparison(trial) for trial in trials if trial.valid and trial.trial.kind == "scored"]
        if not comparisons:
            return []
        counts = paired_comparison.tally(comparisons)
        fitted = paired_comparison.strengths(counts, seed=seed, resamples=resamples)
        win_rates = paired_comparison.win_rates(counts)
        estimates = [self.report("", "side_bias", fitted.side_bias, n_trials=len(comparisons))]
        for i, item in enumerate(counts.items):
            n = sum(item in (c.left, c.right) for c in comparisons)
            rate = bootstrap.mean_over_raters(win_rates[:, i], seed=seed, resamples=resamples)
            estimates.append(self.report(item, "bradley_terry_strength", fitted.items[item], n_trials=n))
            estimates.append(self.report(item, "win_rate", rate, n_trials=n))
        if params.question == "real":
            estimates += self._deception(comparisons, seed=seed, resamples=resamples)
        return estimates

    def _deception(self, comparisons: Sequence[Comparison], *, seed: int, resamples: int) -> list[Estimate]:
        """Of pairs with a real image only: the generated one's win rate."""
        estimates = []
        against_real = [c for c in comparisons if REAL in (c.left, c.right)]
        for condition in sorted({side for c in against_real for side in (c.left, c.right)} - {REAL}):
            own = [c for c in against_real if condition in (c.left, c.right)]
            counts = paired_comparison.tally(own)
            rates = paired_comparison.win_rates(counts)[:, counts.items.index(condition)]
            summary = bootstrap.mean_over_raters(rates, seed=seed, resamples=resamples)
            estimates.append(self.report(condition, "deception_rate", summary, n_trials=len(own)))
        return estimates

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
        if rng.random() < rater.lapse:
            answer = rng.choice(_allowed(params))
        return {"answer": {"answer": answer}, "rt_ms": rater.reaction_ms(exposure_ms, rng)}


def _allowed(params: PairwiseParams) -> tuple[str, ...]:
    return ("left", "right", "tie") if params.allow_tie else ("left", "right")


def _sources(params: PairwiseParams, materials: Materials) -> list[Source]:
    """The sources that the comparison draws from. Raises ``PlanError`` where there is nothing to compare."""
    real = [] if params.compare == "model_vs_model" else [materials.reference]
    sources = [*real, *materials.conditions]
    if len(sources) < 2 or not materials.conditions:
        raise PlanError(
            f"comparing {params.compare.replace('_', ' ')} needs two sources, got {len(sources)}; "
            "add a condition, let raters see all conditions, or compare with real images"
        )
    if empty := [source.condition for source in sources if not len(source.images)]:
        raise PlanError(
            f"the sample set of {empty[0]!r} holds no images; choose another or import its images"
        )
    return sources


def _pairs(params: PairwiseParams, materials: Materials) -> list[Pair]:
    names = [source.condition for source in _sources(params, materials)]
    return pairs_with(REAL, names[1:]) if params.compare == "real_vs_generated" else pairs_among(names)


def _comparison(trial: ScoredTrial) -> Comparison:
    score = trial.score
    outcome: Outcome = "tie" if score["tie"] else score["side_chosen"]
    return Comparison(trial.participant, score["left_condition"], score["right_condition"], outcome)
