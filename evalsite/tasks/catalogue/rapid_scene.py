"""One image at a time, flashed or not, then a mask: real or generated?

Paper: Zhou et al. 2019, "HYPE: A Benchmark for Human eYe Perceptual Evaluation of Generative Models",
arXiv:1904.01121. With a fixed exposure this is rapid scene categorisation, with an unlimited one
HYPE-infinity, with the staircase HYPE-time. The staircase steps +30 ms after an error and -10 ms after a
correct answer; the printed ones (+10, -30) would not converge on the 75 % stated but on 25 %.

What it does not tell: whether the images are diverse (a generator of one perfect image deceives everyone),
nor which image people would like better.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evalsite.tasks.analysis import proportions, psychometric, signal_detection
from evalsite.tasks.analysis.judgements import Judgement, JudgementCounter
from evalsite.tasks.analysis.psychometric import Flash, FlashCounter, Flashes
from evalsite.tasks.answers import read_choice
from evalsite.tasks.columns import Column, Quantity
from evalsite.tasks.design.deck import deal_images
from evalsite.tasks.design.mixture import Label, deal_labels, shows_real
from evalsite.tasks.design.sequence import deal, mix, scatter, seeded
from evalsite.tasks.design.staircase import Staircase
from evalsite.tasks.errors import InvalidParamsError, PlanError
from evalsite.tasks.params import Params, param, when
from evalsite.tasks.protocol import (
    Estimate,
    Json,
    Materials,
    PlannedTrial,
    ScoredTrial,
    Stimulus,
    Tally,
    Task,
    TrialKind,
    counted,
)
from evalsite.tasks.simulation import SimulatedRater

ANSWERS = ("real", "generated")
KEYS = ("f", "j")
CATCH = "Attention check: whatever you see, answer “{answer}” this time."
HALF = 0.5
NOISE = " Coloured noise then covers it. The noise is not the image: ignore it."
STEERED = "A staircase steers accuracy to its aim: compare thresholds instead."
FLASHED, STEPPED = when("exposure", "fixed", "staircase"), when("exposure", "staircase")
IN_A_ROW = {"one_down": 1, "two_down": 2, "three_down": 3}


@dataclass(frozen=True)
class RapidSceneParams(Params):
    """How images are flashed and what is asked."""

    exposure: str = param(
        "fixed", "Exposure", "Alike for all, until the answer, or longer after errors and shorter else.",
        choices={"fixed": "fixed", "unlimited": "unlimited, until the answer", "staircase": "staircase"},
    )  # fmt: skip
    exposure_ms: int = param(
        100, "Fixed exposure", "Rounded to whole screen frames.", unit="ms", low=10, high=5000,
        shown_if=[when("exposure", "fixed")],
    )  # fmt: skip
    real_share: float = param(
        0.5, "Share of real images", "Of the scored trials; rates and chance are usually stated for 0.5.",
        low=0.0, high=1.0,
    )  # fmt: skip
    question: str = param(
        "Was this image real or generated?", "Question", "Shown after each image, above the two answers.",
        high=200,
    )  # fmt: skip
    key_mapping: str = param(
        "counterbalanced", "Keys", "Which of F and J is “real”; counterbalanced: each for half the raters.",
        choices={"counterbalanced": "counterbalanced", "real_left": "F is real", "real_right": "J is real"},
    )  # fmt: skip
    feedback: bool = param(False, "Feedback", "Say after each answer if it was right, as HYPE does.")
    countdown: bool = param(False, "Countdown", "Count 3-2-1, 500 ms each, before each image, as HYPE does.")
    fixation_ms: int = param(500, "Fixation cross", "Before each image.", unit="ms", low=0, high=5000)
    blank_ms: int = param(0, "Blank", "Between the cross and the image.", unit="ms", low=0, high=5000)
    mask_ms: int = param(
        120, "Mask", "Noise that ends a flash's after-image; 0 shows none.", unit="ms", low=0, high=2000,
        shown_if=[FLASHED],
    )  # fmt: skip
    mask_pattern_ms: int = param(
        30, "Mask pattern", "How long each noise pattern stays; HYPE shows four of 30 ms.", unit="ms",
        low=10, high=2000, shown_if=[FLASHED, when("mask_ms")],
    )  # fmt: skip
    staircase_start_ms: int = param(
        500, "Staircase: first", "Exposure at which each condition's staircase begins.", unit="ms",
        low=10, high=5000, shown_if=[STEPPED],
    )  # fmt: skip
    staircase_min_ms: int = param(
        100, "Staircase: shortest", "Exposures go no lower.", unit="ms", low=10, high=5000,
        shown_if=[STEPPED],
    )  # fmt: skip
    staircase_max_ms: int = param(
        1000, "Staircase: longest", "Exposures go no higher.", unit="ms", low=10, high=5000,
        shown_if=[STEPPED],
    )  # fmt: skip
    staircase_up_ms: int = param(
        30, "Staircase: step up", "Longer by this after an error.", unit="ms", low=1, high=1000,
        shown_if=[STEPPED],
    )  # fmt: skip
    staircase_down_ms: int = param(
        10, "Staircase: step down", "Shorter by this after correct answers.", unit="ms", low=1, high=1000,
        shown_if=[STEPPED],
    )  # fmt: skip
    staircase_rule: str = param(
        "one_down", "Staircase: rule", "Correct answers for a step down; with the steps, what it aims for.",
        choices={"one_down": "each one", "two_down": "two in a row", "three_down": "three in a row"},
        shown_if=[STEPPED],
    )  # fmt: skip

    @property
    def staircase(self) -> Staircase:
        """The staircase that each condition has of its own."""
        return Staircase(
            start_ms=self.staircase_start_ms, min_ms=self.staircase_min_ms, max_ms=self.staircase_max_ms,
            up_ms=self.staircase_up_ms, down_ms=self.staircase_down_ms,
            in_a_row=IN_A_ROW[self.staircase_rule],
        )  # fmt: skip

    def check(self) -> None:
        """Refuse a staircase that begins outside its own bounds, or converges on chance or less."""
        if self.exposure != "staircase":
            return
        low, first, high = self.staircase_min_ms, self.staircase_start_ms, self.staircase_max_ms
        if not low <= first <= high:
            raise InvalidParamsError(
                f"staircase_start_ms was {first}; expected {low} to {high} ms, its own bounds"
            )
        if (target := self.staircase.target_accuracy) <= 0.5:
            raise InvalidParamsError(
                f"staircase_up_ms and staircase_down_ms converge on {target:.0%} correct, no better than "
                "guessing; make the step up longer or the step down shorter"
            )


class RapidScene(Task[RapidSceneParams]):
    """Rapid scene judgement of single images."""

    name = "rapid_scene"
    title = "Rapid scene judgement"
    summary = "One image, flashed for a moment or shown until the answer, then a mask: real or generated?"
    Params = RapidSceneParams
    columns = (
        Column("condition", "text", "Condition of the image shown; “real” for a real image."),
        Column("truth", "text", "What the image is: real or generated."),
        Column("judged", "text", "What the rater called it: real or generated."),
        Column("correct", "bool", "Whether the judgement is right; in catch trials, the one asked for."),
    )
    quantities = (
        Quantity("deception_rate", "share", "higher", 0.5, "Images of both kinds judged wrongly.",
                 "deception rate, both"),
        Quantity("deception_rate_generated", "share", "higher", 0.5, "Generated images taken for real.",
                 "deception rate, generated"),
        Quantity("deception_rate_real", "share", "", 0.5, "Real images taken for generated.",
                 "deception rate, real"),
        Quantity("d_prime", "z", "lower", 0.0, "How well generated images are told from real: d′.", "d′"),
        Quantity("criterion", "z", "", None, "Leaning against the answer “generated”: criterion c."),
        Quantity("threshold_ms", "ms", "higher", None, "Exposure at which the middle rater reaches the aim."),
        Quantity("modal_exposure_ms", "ms", "higher", None, "Most frequent exposure (HYPE-time)."),
    )  # fmt: skip

    def plan(
        self,
        params: RapidSceneParams,
        materials: Materials,
        *,
        trials: int,
        practice: int,
        catch: int,
        seed: int,
        mirrored: bool = False,
    ) -> list[PlannedTrial]:
        """Practice first, then the scored trials in mixed order with catch trials spread among them."""
        if not materials.conditions:
            raise PlanError("the study has no condition; add at least one set of generated images")
        rng = seeded(seed)
        dealt: dict[TrialKind, list[Label]] = {
            "practice": mix(deal_labels(materials, practice, 0.5, rng), shows_real, rng),
            "scored": mix(deal_labels(materials, trials, params.real_share, rng), shows_real, rng),
            "catch": deal_labels(materials, catch, 0.5, rng),
        }
        needed = {kind: [condition for condition, _ in labels] for kind, labels in dealt.items()}
        images = deal_images([materials.reference, *materials.conditions], needed, rng)
        keys = _keys(params, mirrored=mirrored)

        def trial(kind: TrialKind, condition: str, staircase: str, **settings: str) -> PlannedTrial:
            fixed: Json = {"keys": keys, "mask_seed": rng.getrandbits(31), **settings}
            if params.exposure == "staircase":
                fixed["staircase"] = staircase
            return PlannedTrial(kind, (Stimulus("image", condition, next(images[kind, condition])),), fixed)

        scored = [trial("scored", *label) for label in dealt["scored"]]
        first = [trial("practice", *label) for label in dealt["practice"]]
        asked = zip(dealt["catch"], deal(ANSWERS, catch, rng), strict=True)
        checks = [trial("catch", *label, asked=answer) for label, answer in asked]
        return first + scatter(checks, scored, rng)

    def adapt(self, params: RapidSceneParams, trial: PlannedTrial, history: Sequence[ScoredTrial]) -> Json:
        """The exposure; on a staircase, from the valid scored answers on it so far."""
        if params.exposure != "staircase":
            return {"exposure_ms": params.exposure_ms if params.exposure == "fixed" else None}
        if trial.kind == "practice":
            return {"exposure_ms": params.staircase_start_ms}
        own = (
            bool(past.score["correct"])
            for past in history
            if past.valid
            and past.trial.kind == "scored"
            and past.trial.settings["staircase"] == trial.settings["staircase"]
        )
        return {"exposure_ms": params.staircase.exposure_ms(own)}

    def adaptive(self, params: RapidSceneParams) -> bool:
        """Whether the exposure follows the answers."""
        return params.exposure == "staircase"

    def flashes(self, params: RapidSceneParams) -> bool:
        """Whether images are shown for a limited time."""
        return params.exposure != "unlimited"

    def masks(self, params: RapidSceneParams) -> bool:
        """Whether noise follows a flash."""
        return self.flashes(params) and params.mask_ms > 0

    def briefing(self, params: RapidSceneParams) -> str:
        """The share of real images, how long one is there, and that the noise after it is not the image."""
        if params.real_share == HALF:
            share = "Half of the images are real, and half were made by a computer, in random order."
        elif 0 < params.real_share < 1:
            share = f"About {params.real_share:.0%} of the images are real. A computer made the others."
        else:
            share = "Each image is either real or made by a computer."
        if not self.flashes(params):
            return f"{share} Take the time you need to look at each one."
        noise = NOISE if self.masks(params) else ""
        return f"{share} Look at the middle of the screen: an image appears there only for an instant.{noise}"

    def feedback(self, params: RapidSceneParams, trial: PlannedTrial) -> bool:
        """Whether the rater is told if the answer was right."""
        return params.feedback or trial.kind == "practice"

    def truth(self, params: RapidSceneParams, trial: PlannedTrial) -> str | None:
        """What the image is: real or generated."""
        (stimulus,) = trial.stimuli
        return "real" if stimulus.real else "generated"

    def chance(self, params: RapidSceneParams, trial: PlannedTrial) -> float:
        """One of two answers is right."""
        return 1 / len(ANSWERS)

    def facts(self, params: RapidSceneParams) -> tuple[str, ...]:
        """What the staircase converges on."""
        if params.exposure != "staircase":
            return ()
        target = params.staircase.target_accuracy
        return (f"Each condition has its own staircase, which converges on {target:.1%} correct.",)

    def payload(
        self, params: RapidSceneParams, trial: PlannedTrial, presentation: Json, urls: Mapping[str, str]
    ) -> Json:
        """The image's address, the timings and the question; a catch trial also says which answer to give."""
        asked = trial.settings.get("asked")
        return {
            "image": urls["image"],
            "exposure_ms": presentation["exposure_ms"],
            "fixation_ms": params.fixation_ms,
            "blank_ms": params.blank_ms,
            "mask_ms": params.mask_ms,
            "mask_pattern_ms": params.mask_pattern_ms,
            "mask_seed": trial.settings["mask_seed"],
            "countdown": params.countdown,
            "question": params.question,
            "keys": trial.settings["keys"],
            "instruction": CATCH.format(answer=asked) if asked else "",
            "feedback": self.feedback(params, trial),
        }

    def read(self, params: RapidSceneParams, trial: PlannedTrial, raw: object) -> Json:
        """``{"answer": "real" | "generated"}``; anything else raises ``InvalidResponseError``."""
        return read_choice(raw, ANSWERS)

    def score(self, params: RapidSceneParams, trial: PlannedTrial, answer: Json) -> Json:
        """The declared columns."""
        truth, judged = self.truth(params, trial), answer["answer"]
        correct = judged == trial.settings.get("asked", truth)
        condition = trial.stimuli[0].condition
        return {"condition": condition, "truth": truth, "judged": judged, "correct": correct}

    def count(self, params: RapidSceneParams, trials: Iterable[ScoredTrial]) -> Json:
        """``judgements`` and, if staircases steered them, ``flashes``: one list a trial.

        A judgement is source, image, the condition it stands beside (None: all), real, wrong. A flash is
        staircase, source, image, exposure asked for and seen in milliseconds, correct.
        """
        own = list(counted(trials))
        steered = own if params.exposure == "staircase" else []
        return {"judgements": [_judgement(trial) for trial in own], "flashes": [_flash(t) for t in steered]}

    def estimate(self, params: RapidSceneParams, tallies: Iterable[Tally]) -> list[Estimate]:
        """Deception rates, d′ and criterion of each condition; on a staircase, its thresholds first."""
        judgement_counter, flash_counter = JudgementCounter(), FlashCounter()
        for tally in tallies:
            judgement_counter.add_all(_judgements(tally))
            flash_counter.add_all(_flashes(tally))
        judgements = judgement_counter.judgements()
        note = STEERED if params.exposure == "staircase" else ""
        found = {**proportions.deception_rates(judgements), **signal_detection.sensitivity(judgements)}
        estimates = [
            self.estimate_of(params, condition, quantity, summary.noting(note), n_trials=n_trials)
            for condition in judgements.names
            for quantity, by_condition in found.items()
            for summary, n_trials in [by_condition[condition]]
        ]
        return self._thresholds(params, flash_counter.flashes()) + estimates

    def _thresholds(self, params: RapidSceneParams, staircases: Mapping[str, Flashes]) -> list[Estimate]:
        staircase = params.staircase
        bounds_ms = (float(staircase.min_ms), float(staircase.max_ms))
        found = {
            "threshold_ms": psychometric.thresholds(staircases, staircase.target_accuracy, bounds_ms),
            "modal_exposure_ms": psychometric.modal_exposures(staircases),
        }
        return [
            self.estimate_of(
                params, condition, quantity, by_condition[condition], n_trials=len(flashes.raters)
            )
            for condition, flashes in staircases.items()
            for quantity, by_condition in found.items()
        ]

    def simulate(
        self,
        params: RapidSceneParams,
        trial: PlannedTrial,
        presentation: Json,
        rater: SimulatedRater,
        *,
        seed: int,
    ) -> Json:
        """An equal-variance Gaussian observer's answer; catch trials are obeyed but for lapses."""
        rng = seeded(seed)
        exposure_ms = presentation["exposure_ms"]
        (stimulus,) = trial.stimuli
        generated = rater.judges_generated(stimulus.condition, exposure_ms, rng)
        answer = trial.settings.get("asked") or ("generated" if generated else "real")
        given = rater.answers(answer, ANSWERS, rng)
        return {"answer": {"answer": given}, "rt_ms": rater.draw_rt_ms(exposure_ms, rng)}


def _keys(params: RapidSceneParams, *, mirrored: bool) -> dict[str, str]:
    swapped = params.key_mapping == "real_right" or (params.key_mapping == "counterbalanced" and mirrored)
    return dict(zip(ANSWERS, reversed(KEYS) if swapped else KEYS, strict=True))


def _judgement(trial: ScoredTrial) -> list[Any]:
    (shown,) = trial.trial.stimuli
    real = shown.real
    beside = _stands_beside(trial.trial) if real else shown.condition
    return [shown.condition, shown.image, beside, int(real), int(not trial.score["correct"])]


def _stands_beside(trial: PlannedTrial) -> str | None:
    """The one condition that a real image stands beside: its staircase's, or what an imported file names."""
    return trial.settings.get("staircase") or trial.settings.get("among")


def _flash(trial: ScoredTrial) -> list[Any]:
    (shown,) = trial.trial.stimuli
    asked_ms = trial.presentation["exposure_ms"]
    seen_ms = max(round(asked_ms if trial.shown_ms is None else trial.shown_ms), 1)
    staircase = trial.trial.settings["staircase"]
    return [staircase, shown.condition, shown.image, asked_ms, seen_ms, int(trial.score["correct"])]


def _judgements(tally: Tally) -> Iterator[Judgement]:
    for source, image, beside, real, wrong in tally.counts["judgements"]:
        yield Judgement(tally.rater, beside, (source, image), real, wrong)


def _flashes(tally: Tally) -> Iterator[Flash]:
    for staircase, source, image, asked_ms, seen_ms, correct in tally.counts["flashes"]:
        yield Flash(staircase, tally.rater, (source, image), tally.block, asked_ms, seen_ms, correct)
