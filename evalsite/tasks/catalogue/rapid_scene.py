"""One image at a time, flashed or not, then a mask: real or generated?

Paper: Zhou et al. 2019, "HYPE: A Benchmark for Human eYe Perceptual Evaluation of Generative Models", arXiv:1904.01121. With
a fixed exposure this is rapid scene categorisation, with an unlimited one HYPE-infinity, with the staircase HYPE-time. The
staircase's steps are +30 ms after an error and -10 ms after a correct answer, which converges on the 75 % that HYPE states.

What it does not tell: whether the images are diverse (a generator of one perfect image deceives everyone), nor which image
people would like better.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from evalsite.tasks.analysis import bootstrap, proportions, psychometric, signal_detection
from evalsite.tasks.columns import Column, Quantity
from evalsite.tasks.design.sequence import deal, draw, mix, scatter, seeded
from evalsite.tasks.design.staircase import Staircase
from evalsite.tasks.errors import InvalidParamsError, InvalidResponseError, PlanError
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

ANSWERS = ("real", "generated")
IN_A_ROW = {"one_down": 1, "two_down": 2, "three_down": 3}
KEYS = ("f", "j")


@dataclass(frozen=True)
class RapidSceneParams(Params):
    """How images are flashed and what is asked."""

    exposure: str = param(
        "fixed",
        label="Exposure",
        help="How long each image is seen: always alike, until the answer, or as a staircase on the rater's answers decides.",
        choices=(
            ("fixed", "fixed"),
            ("unlimited", "unlimited, until the answer"),
            ("staircase", "staircase"),
        ),
    )
    exposure_ms: int = param(
        100,
        label="Fixed exposure",
        help="Only with a fixed exposure; rounded to whole screen frames.",
        unit="ms",
        low=10,
        high=5000,
    )
    real_share: float = param(
        0.5, label="Share of real images", help="Of the scored trials; 0.5 is what rates and chance are usually stated for.",
        unit="share", low=0.0, high=1.0,
    )  # fmt: skip
    question: str = param(
        "Was this image real or generated?",
        label="Question",
        help="Shown after each image, above the two answers.",
        high=200,
    )
    key_mapping: str = param(
        "counterbalanced",
        label="Keys",
        help="Which of the keys F and J means “real”; counterbalanced draws it anew for each rater.",
        choices=(
            ("counterbalanced", "counterbalanced"),
            ("real_left", "F is real"),
            ("real_right", "J is real"),
        ),
    )
    feedback: bool = param(
        False,
        label="Feedback",
        help="Tell raters after each answer if it was right, as HYPE does; practice always tells.",
    )
    countdown: bool = param(
        False, label="Countdown", help="Count 3-2-1, 500 ms each, before each image, as HYPE does."
    )
    fixation_ms: int = param(
        500, label="Fixation cross", help="Before each image.", unit="ms", low=0, high=5000
    )
    blank_ms: int = param(
        0, label="Blank", help="Between the cross and the image.", unit="ms", low=0, high=5000
    )
    mask_ms: int = param(
        120,
        label="Mask",
        help="Noise right after the image, which ends its after-image; 0 shows none.",
        unit="ms",
        low=0,
        high=2000,
    )
    mask_pattern_ms: int = param(
        30, label="Mask pattern", help="How long each noise pattern stays until the next; HYPE shows four of 30 ms.", unit="ms",
        low=10, high=2000,
    )  # fmt: skip
    staircase_start_ms: int = param(
        500,
        label="Staircase: first exposure",
        help="Each condition's staircase begins here.",
        unit="ms",
        low=10,
        high=5000,
    )
    staircase_min_ms: int = param(
        100, label="Staircase: shortest", help="Never shorter.", unit="ms", low=10, high=5000
    )
    staircase_max_ms: int = param(
        1000, label="Staircase: longest", help="Never longer.", unit="ms", low=10, high=5000
    )
    staircase_up_ms: int = param(
        30, label="Staircase: step up", help="Longer by this after an error.", unit="ms", low=1, high=1000
    )
    staircase_down_ms: int = param(
        10,
        label="Staircase: step down",
        help="Shorter by this after a correct answer (or several).",
        unit="ms",
        low=1,
        high=1000,
    )
    staircase_rule: str = param(
        "one_down",
        label="Staircase: rule",
        help="How many correct answers in a row make a step down; with the steps this sets the accuracy it converges on.",
        choices=(
            ("one_down", "after each"),
            ("two_down", "after two in a row"),
            ("three_down", "after three in a row"),
        ),
    )

    @property
    def staircase(self) -> Staircase:
        """The staircase that each condition has of its own."""
        return Staircase(
            start_ms=self.staircase_start_ms, min_ms=self.staircase_min_ms, max_ms=self.staircase_max_ms,
            up_ms=self.staircase_up_ms, down_ms=self.staircase_down_ms, in_a_row=IN_A_ROW[self.staircase_rule],
        )  # fmt: skip

    def check(self) -> None:
        """Refuse a staircase outside its own bounds, or one that converges on chance or less."""
        if not self.staircase_min_ms <= self.staircase_start_ms <= self.staircase_max_ms:
            raise InvalidParamsError(
                f"staircase_start_ms was {self.staircase_start_ms}; expected {self.staircase_min_ms} to {self.staircase_max_ms} ms, "
                "the shortest and longest exposure"
            )
        if (target := self.staircase.target_accuracy) <= 0.5:
            raise InvalidParamsError(
                f"staircase_up_ms and staircase_down_ms converge on {target:.0%} correct, no better than guessing; "
                "make the step up longer or the step down shorter"
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
        Column(
            "correct",
            "bool",
            "Whether the judgement is right; in a catch trial, whether the answer is the one asked for.",
        ),
    )
    quantities = (
        Quantity(
            "deception_rate",
            "share",
            "higher",
            0.5,
            "Share of real and generated images judged wrongly, mean over raters.",
        ),
        Quantity(
            "deception_rate_generated",
            "share",
            "higher",
            0.5,
            "Share of generated images taken for real, mean over raters.",
        ),
        Quantity(
            "deception_rate_real",
            "share",
            "",
            0.5,
            "Share of real images taken for generated, mean over raters.",
        ),
        Quantity(
            "d_prime",
            "z",
            "lower",
            0.0,
            "How well generated images are told from real ones (d′), mean over raters.",
        ),
        Quantity(
            "criterion",
            "z",
            "",
            None,
            "Leaning against the answer “generated” (criterion c), mean over raters.",
        ),
        Quantity(
            "threshold_ms",
            "ms",
            "higher",
            None,
            "Exposure at which the middle rater reaches the staircase's target accuracy.",
        ),
        Quantity(
            "modal_exposure_ms",
            "ms",
            "higher",
            None,
            "The staircase's most frequent exposure, mean over raters (HYPE-time).",
        ),
    )

    def plan(
        self,
        params: RapidSceneParams,
        materials: Materials,
        *,
        trials: int,
        practice: int,
        catch: int,
        seed: int,
    ) -> list[PlannedTrial]:
        """Practice first, then the scored trials in mixed order with catch trials spread among them."""
        _check_materials(materials)
        rng = seeded(seed)
        labels = {
            "scored": _deal_labels(materials, trials, params.real_share, rng),
            "practice": _deal_labels(materials, practice, 0.5, rng),
            "catch": _deal_labels(materials, catch, 0.5, rng),
        }
        images = _Deck(materials, [label for kind in labels.values() for label, _ in kind], rng)
        keys = _keys(params, rng)
        asked = deal(ANSWERS, catch, rng)

        def trial(kind: TrialKind, condition: str, staircase: str, **settings: str) -> PlannedTrial:
            fixed: Json = {"keys": keys, "mask_seed": rng.getrandbits(31), **settings}
            if params.exposure == "staircase":
                fixed["staircase"] = staircase
            return PlannedTrial(kind, (Stimulus("image", condition, images.next(condition)),), fixed)

        scored = [trial("scored", *label) for label in mix(labels["scored"], _is_real, rng)]
        first = [trial("practice", *label) for label in mix(labels["practice"], _is_real, rng)]
        checks = [
            trial("catch", *label, asked=answer) for label, answer in zip(labels["catch"], asked, strict=True)
        ]
        return first + scatter(checks, scored, rng)

    def adapt(self, params: RapidSceneParams, trial: PlannedTrial, history: Sequence[ScoredTrial]) -> Json:
        """The exposure; on a staircase, from the valid scored answers before it on the same condition's one."""
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

    def feedback(self, params: RapidSceneParams, trial: PlannedTrial) -> bool:
        """Whether the rater is told if the answer was right."""
        return params.feedback or trial.kind == "practice"

    def facts(self, params: RapidSceneParams) -> tuple[str, ...]:
        """What the staircase converges on."""
        if params.exposure != "staircase":
            return ()
        return (
            f"Each condition has a staircase of its own, which converges on {params.staircase.target_accuracy:.1%} correct.",
        )

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
            "instruction": f"Attention check: whatever you see, answer “{asked}” this time." if asked else "",
            "feedback": self.feedback(params, trial),
        }

    def read(self, params: RapidSceneParams, trial: PlannedTrial, raw: object) -> Json:
        """``{"answer": "real" | "generated"}``; anything else raises ``InvalidResponseError``."""
        answer = raw.get("answer") if isinstance(raw, Mapping) else raw
        if not isinstance(raw, Mapping) or answer not in ANSWERS:
            raise InvalidResponseError(
                f"the answer was {answer!r:.60}; expected {{'answer': 'real'}} or {{'answer': 'generated'}}"
            )
        return {"answer": answer}

    def score(self, params: RapidSceneParams, trial: PlannedTrial, answer: Json) -> Json:
        """The declared columns."""
        (stimulus,) = trial.stimuli
        truth = "real" if stimulus.real else "generated"
        judged = answer["answer"]
        correct = judged == trial.settings.get("asked", truth)
        return {"condition": stimulus.condition, "truth": truth, "judged": judged, "correct": correct}

    def estimate(
        self, params: RapidSceneParams, trials: Sequence[ScoredTrial], *, seed: int = 0, resamples: int = 2000
    ) -> list[Estimate]:
        """Deception rates, d′ and criterion of each condition; on a staircase also its thresholds."""
        counted = [trial for trial in trials if trial.valid and trial.trial.kind == "scored"]
        counts = proportions.tally(_judgements(counted))
        by_rater = {**proportions.deception_rates(counts), **signal_detection.sensitivity(counts)}
        n_trials = {
            "deception_rate_generated": counts.generated.sum(axis=0),
            "deception_rate_real": counts.real.sum(axis=0),
        }
        estimates = []
        for i, condition in enumerate(counts.conditions):
            for quantity, values in by_rater.items():
                summary = bootstrap.mean_over_raters(values[:, i], seed=seed, resamples=resamples)
                n = int(n_trials.get(quantity, counts.trials)[i])
                estimates.append(self.report(condition, quantity, summary, n_trials=n))
            if params.exposure == "staircase":
                own = [trial for trial in counted if trial.trial.settings["staircase"] == condition]
                estimates += self._thresholds(params, condition, own, seed=seed, resamples=resamples)
        return estimates

    def _thresholds(
        self,
        params: RapidSceneParams,
        condition: str,
        trials: Sequence[ScoredTrial],
        *,
        seed: int,
        resamples: int,
    ) -> list[Estimate]:
        flashes = [
            psychometric.Flash(
                t.participant, t.presentation["exposure_ms"], t.shown_ms, bool(t.score["correct"])
            )
            for t in trials
        ]
        target, staircase = params.staircase.target_accuracy, params.staircase
        bounds = (float(staircase.min_ms), float(staircase.max_ms))
        modal = bootstrap.mean_over_raters(
            psychometric.modal_exposures(flashes), seed=seed, resamples=resamples
        )
        threshold = psychometric.threshold(
            flashes, target=target, bounds_ms=bounds, seed=seed, resamples=resamples
        )
        return [
            self.report(condition, "threshold_ms", threshold, n_trials=len(trials)),
            self.report(condition, "modal_exposure_ms", modal, n_trials=len(trials)),
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
        if rng.random() < rater.lapse:
            answer = rng.choice(ANSWERS)
        return {"answer": {"answer": answer}, "rt_ms": rater.reaction_ms(exposure_ms, rng)}


Label = tuple[str, str]
"""An image's condition and the condition whose staircase the trial belongs to."""


class _Deck:
    """Images of every source in drawn order, as many as the labels ask for."""

    def __init__(self, materials: Materials, conditions: Sequence[str], rng: Random) -> None:
        sources = [materials.reference, *materials.conditions]
        self._drawn = {s.condition: iter(draw(s.images, conditions.count(s.condition), rng)) for s in sources}

    def next(self, condition: str) -> int:
        return next(self._drawn[condition])


def _check_materials(materials: Materials) -> None:
    if not materials.conditions:
        raise PlanError("the study has no condition; add at least one set of generated images")
    sources: list[Source] = [materials.reference, *materials.conditions]
    if empty := [source.condition for source in sources if not len(source.images)]:
        raise PlanError(
            f"the sample set of {empty[0]!r} holds no images; choose another or import its images"
        )


def _deal_labels(materials: Materials, trials: int, real_share: float, rng: Random) -> list[Label]:
    """Real trials by their share, generated ones evenly over conditions; staircases share the real ones evenly."""
    conditions = [source.condition for source in materials.conditions]
    exact = trials * real_share
    real = int(exact) + (rng.random() < exact - int(exact))
    generated = deal(conditions, trials - real, rng)
    return [(REAL, condition) for condition in deal(conditions, real, rng)] + [(c, c) for c in generated]


def _keys(params: RapidSceneParams, rng: Random) -> dict[str, str]:
    swapped = {"counterbalanced": rng.random() < 0.5, "real_left": False, "real_right": True}[
        params.key_mapping
    ]
    return dict(zip(ANSWERS, reversed(KEYS) if swapped else KEYS, strict=True))


def _is_real(label: Label) -> bool:
    return label[0] == REAL


def _judgements(trials: Iterable[ScoredTrial]) -> Iterable[proportions.Judgement]:
    for trial in trials:
        real = trial.score["truth"] == "real"
        condition = trial.trial.settings.get("staircase") if real else trial.score["condition"]
        yield proportions.Judgement(trial.participant, condition, real, not trial.score["correct"])
