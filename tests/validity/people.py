"""Simulated studies of what people say: new raters and images in each, the truth is known.

Raters differ by .4, images by .6 logits, as in public studies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import expit, ndtri

from evalsite.results.agreement import Pair, agree
from evalsite.tasks.analysis import paired_comparison, proportions, psychometric, signal_detection
from evalsite.tasks.analysis.family import compare
from evalsite.tasks.analysis.judgements import SHARED, Judgements
from evalsite.tasks.analysis.paired_comparison import Comparisons
from evalsite.tasks.analysis.psychometric import Flashes
from evalsite.tasks.analysis.summaries import Summary
from evalsite.tasks.analysis.two_way import Floats, Ints, Joint
from evalsite.tasks.design.staircase import Staircase
from tests.validity.rows import CLOPPER, MOST, Design, Said, Study

RATER_SD, IMAGE_SD = 0.4, 0.6
NODES, WEIGHTS = hermegauss(60)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
ANALYSIS = "evalsite/tasks/analysis/"
MANY, SOME = 2000, 300
GENERATED, REAL = -0.5, -1.0
"""Logits of a wrong answer to a generated and to a real image."""
HULL = "min(raters, images) − 1 degrees of freedom; never narrower than for these images"


def _over(spread: float, middle: float) -> float:
    """Mean of the logistic function over a normal distribution."""
    return float(WEIGHTS @ expit(middle + spread * NODES))


SPREAD = float(np.hypot(RATER_SD, IMAGE_SD))


def _said(summary: Summary, truth: float) -> Said:
    assert summary.low is not None
    assert summary.high is not None
    assert summary.value is not None
    return Said(summary.low, summary.high, truth, summary.value)


def _shown(
    rng: np.random.Generator, raters: int, trials: int | Sequence[int], images: int
) -> tuple[Ints, Ints]:
    """Who judges which image: each rater some of them, none twice."""
    counts = np.broadcast_to(np.asarray(trials), (raters,))
    shown = [rng.permutation(images)[:count] for count in counts]
    return np.repeat(np.arange(raters), counts), np.concatenate(shown)


def _wrong(
    rng: np.random.Generator, who: Ints, what: Ints, middle: float, lean: Floats, sign: float = 1.0
) -> Floats:
    made = rng.normal(0, IMAGE_SD, int(what.max()) + 1)
    return (rng.random(len(who)) < expit(middle + sign * lean[who] + made[what])).astype(np.float64)


def _judged(
    rng: np.random.Generator,
    raters: int,
    trials: int | Sequence[int],
    images: int,
    middle: float,
    real: float | None = None,
) -> Judgements:
    """Generated images of one condition, and as many real ones where `real` is given."""
    lean = rng.normal(0, RATER_SD, raters)
    who, what = _shown(rng, raters, trials, images)
    parts = [(who, what, _wrong(rng, who, what, middle, lean), 0)]
    if real is not None:
        who, what = _shown(rng, raters, trials, images)
        parts.append((who, what + images, _wrong(rng, who, what, real, lean, -1.0), SHARED))
    return Judgements(
        ("model",),
        np.concatenate([part[0] for part in parts]),
        np.concatenate([np.full(len(part[0]), part[3]) for part in parts]),
        np.concatenate([part[1] for part in parts]),
        np.concatenate([np.full(len(part[0]), part[3] == SHARED) for part in parts]),
        np.concatenate([part[2] for part in parts]),
    )


def _rate(raters: int, trials: int | Sequence[int], images: int, middle: float = GENERATED) -> Study:
    def study(rng: np.random.Generator) -> Mapping[str, Said]:
        found = proportions.deception_rates(_judged(rng, raters, trials, images, middle))
        return {"share": _said(found["deception_rate_generated"]["model"][0], _over(SPREAD, middle))}

    return study


def _rate_these_images(raters: int, images: int) -> Study:
    """The truth is the mean over new raters of these images."""

    def study(rng: np.random.Generator) -> Mapping[str, Said]:
        made = rng.normal(0, IMAGE_SD, images)
        truth = float(np.mean([_over(RATER_SD, GENERATED + image) for image in made]))
        logits = GENERATED + rng.normal(0, RATER_SD, (raters, 1)) + made
        wrong = (rng.random(logits.shape) < expit(logits)).astype(np.float64).ravel()
        who, what = np.repeat(np.arange(raters), images), np.tile(np.arange(images), raters)
        zeros = np.zeros_like(who)
        judged = Judgements(("model",), who, zeros, what, zeros.astype(bool), wrong)
        found = proportions.deception_rates(judged)["deception_rate_generated"]["model"][0]
        assert found.low_these_images is not None
        assert found.high_these_images is not None
        assert found.value is not None
        return {"share": Said(found.low_these_images, found.high_these_images, truth, found.value)}

    return study


def _rate_both(raters: int, images: int) -> Study:
    def study(rng: np.random.Generator) -> Mapping[str, Said]:
        found = proportions.deception_rates(_judged(rng, raters, images, images, GENERATED, REAL))
        truth = (_over(SPREAD, GENERATED) + _over(SPREAD, REAL)) / 2
        return {"share": _said(found["deception_rate"]["model"][0], truth)}

    return study


def _z(middle: float, real: float, images: int) -> tuple[float, float]:
    """True z of hits and of false alarms: means of raters' values, or of mean rates where images are few."""
    own = RATER_SD * NODES
    hits = np.array([1 - _over(IMAGE_SD, middle + lean) for lean in own])
    alarms = np.array([_over(IMAGE_SD, real - lean) for lean in own])
    if images >= signal_detection.FEW_TRIALS:
        return float(WEIGHTS @ ndtri(hits)), float(WEIGHTS @ ndtri(alarms))
    return float(ndtri(WEIGHTS @ hits)), float(ndtri(WEIGHTS @ alarms))


def _sensitivity(raters: int, images: int) -> Study:
    hits, alarms = _z(GENERATED, REAL, images)

    def study(rng: np.random.Generator) -> Mapping[str, Said]:
        found = signal_detection.sensitivity(_judged(rng, raters, images, images, GENERATED, REAL))
        return {
            "d′": _said(found["d_prime"]["model"][0], hits - alarms),
            "criterion": _said(found["criterion"]["model"][0], -(hits + alarms) / 2),
        }

    return study


def _paired(rng: np.random.Generator, raters: int, images: int, lead: float) -> Comparisons:
    """Every rater sees as many pairs as there are images of each of two models, sides at random."""
    lean, made = rng.normal(0, RATER_SD, raters), rng.normal(0, IMAGE_SD, (2, images))
    one = np.concatenate([rng.permutation(images) for _ in range(raters)])
    other = np.concatenate([rng.permutation(images) for _ in range(raters)])
    who = np.repeat(np.arange(raters), images)
    won = rng.random(len(who)) < expit(lead + lean[who] + made[0, one] - made[1, other])
    swapped = rng.random(len(who)) < 0.5
    sides = np.where(swapped[:, None], [[1, 0]], [[0, 1]])
    shown = np.stack([one, other + images], axis=1)
    shown = np.where(swapped[:, None], shown[:, ::-1], shown)
    return Comparisons(("a", "b"), who, sides, shown, (won == swapped).astype(np.int64))


def _strengths(raters: int, images: int) -> Study:
    share = _over(float(np.hypot(RATER_SD, np.sqrt(2) * IMAGE_SD)), 0.8)

    def study(rng: np.random.Generator) -> Mapping[str, Said]:
        shown = _paired(rng, raters, images, 0.8)
        strength = paired_comparison.strengths(shown).items["a"]
        won = proportions.summarise_shares(paired_comparison.win_shares(shown))["a"][0]
        truth = float(np.log(share / (1 - share))) / 2
        return {"strength": _said(strength, truth), "win rate": _said(won, share)}

    return study


def _thresholds(raters: int, trials: int, truth_ms: float) -> Study:
    def study(rng: np.random.Generator) -> Mapping[str, Said]:
        staircase = Staircase()
        own = np.log(truth_ms) + 0.3 * rng.standard_normal(raters)
        asked = np.zeros((raters, trials), dtype=np.int64)
        right = np.zeros((raters, trials), dtype=np.int64)
        for rater in range(raters):
            answers: list[bool] = []
            for trial in range(trials):
                asked[rater, trial] = staircase.exposure_ms(answers)
                chance = 0.5 + 0.5 * expit(2 * (np.log(asked[rater, trial]) - own[rater]))
                answers.append(bool(rng.random() < chance))
            right[rater] = answers
        who, ms = np.repeat(np.arange(raters), trials), asked.ravel()
        flashes = Flashes(who, np.arange(len(who)), np.zeros_like(who), ms, ms, right.ravel())
        found = psychometric.thresholds({"a": flashes}, 0.75, (100.0, 1000.0))["a"]
        return {"threshold": _said(found, truth_ms)}

    return study


def _held(joint: Joint | None, truths: Mapping[str, float], *, better: str = "higher") -> Mapping[str, Said]:
    """Whether all differences, and all ranges of ranks, hold at once: 0 is the truth if they do."""
    assert joint is not None
    family = compare(joint)
    assert set(family.names) == set(truths), "no condition is left out of these designs"
    ranks = family.standings(better, family.names)
    order = sorted(truths, key=lambda name: truths[name], reverse=better == "higher")
    held = {
        "all differences": all(
            one.low <= truths[one.one] - truths[one.other] <= one.high for one in family.differences
        ),
        "all ranks": all(ranks[name].best <= at <= ranks[name].worst for at, name in enumerate(order, 1)),
    }
    return {name: Said(0.0, 0.0, float(not one), 0.0) for name, one in held.items()}


def _family_of_rates(raters: Sequence[int], images: int, middles: Sequence[float], *, within: bool) -> Study:
    """Raters of each model, the same ones if `within`; they judge all images of it."""
    truths = {str(k): _over(SPREAD, middle) for k, middle in enumerate(middles)}

    def study(rng: np.random.Generator) -> Mapping[str, Said]:
        parts = []
        lean = rng.normal(0, RATER_SD, raters[0])
        for k, (count, middle) in enumerate(zip(raters, middles, strict=True)):
            own = lean if within else rng.normal(0, RATER_SD, count)
            who, what = np.repeat(np.arange(count), images), np.tile(np.arange(images), count)
            wrong = _wrong(rng, who, what, middle, own)
            first = 0 if within else sum(raters[:k])
            parts.append((who + first, np.full(len(who), k), what + k * images, wrong))
        who, condition, what, wrong = (np.concatenate(column) for column in zip(*parts, strict=True))
        judged = Judgements(tuple(truths), who, condition, what, np.zeros(len(who), dtype=bool), wrong)
        return _held(proportions.deception_rates(judged)["deception_rate_generated"]["0"][0].joint, truths)

    return study


def _family_of_sensitivities(raters: int, images: int, middles: Sequence[float]) -> Study:
    """All raters judge all images of every model, and real ones that stand beside all of them."""
    truths = {}
    for k, middle in enumerate(middles):
        hits, alarms = _z(middle, REAL, images)
        truths[str(k)] = hits - alarms

    def study(rng: np.random.Generator) -> Mapping[str, Said]:
        lean = rng.normal(0, RATER_SD, raters)
        who, what = np.repeat(np.arange(raters), images), np.tile(np.arange(images), raters)
        real = _wrong(rng, who, what, REAL, lean, -1.0)
        wrong = [_wrong(rng, who, what, middle, lean) for middle in middles]
        kinds = len(middles) + 1
        judged = Judgements(
            tuple(truths),
            np.tile(who, kinds),
            np.repeat([*range(len(middles)), SHARED], len(who)),
            np.concatenate([what + k * images for k in range(kinds)]),
            np.repeat([False] * len(middles) + [True], len(who)),
            np.concatenate([*wrong, real]),
        )
        joint = signal_detection.sensitivity(judged)["d_prime"]["0"][0].joint
        return _held(joint, truths, better="lower")

    return study


def _family_of_strengths(raters: int, images: int, true: Sequence[float]) -> Study:
    """All raters compare all models in pairs; the truth is the fit to how often each wins on average."""
    pairs = np.array([(i, j) for i in range(len(true)) for j in range(i + 1, len(true))])
    spread = float(np.hypot(RATER_SD, np.sqrt(2) * IMAGE_SD))
    wins = np.array([_over(spread, true[i] - true[j]) for i, j in pairs])
    expected = 1e4 * np.stack([wins, 1 - wins, 0 * wins], axis=1)
    both_ways = np.concatenate([expected, expected[:, [1, 0, 2]]])
    left, right = np.concatenate([pairs, pairs[:, ::-1]]).T
    fitted = paired_comparison.fit(both_ways[None], left, right, len(true)).strengths[0]
    truths = {str(k): float(value) for k, value in enumerate(fitted)}

    def study(rng: np.random.Generator) -> Mapping[str, Said]:
        own = rng.normal(0, RATER_SD / np.sqrt(2), (raters, len(true)))
        made = rng.normal(0, IMAGE_SD, (len(true), images))
        parts = []
        for i, j in pairs:
            one = np.concatenate([rng.permutation(images) for _ in range(raters)])
            other = np.concatenate([rng.permutation(images) for _ in range(raters)])
            who = np.repeat(np.arange(raters), images)
            lead = true[i] - true[j] + own[who, i] - own[who, j] + made[i, one] - made[j, other]
            swapped, won = rng.random(len(who)) < 0.5, rng.random(len(who)) < expit(lead)
            sides = np.where(swapped[:, None], [[j, i]], [[i, j]])
            shown = np.stack([one + i * images, other + j * images], axis=1)
            shown = np.where(swapped[:, None], shown[:, ::-1], shown)
            parts.append((who, sides, shown, (won == swapped).astype(np.int64)))
        who, sides, shown, outcomes = (np.concatenate(column) for column in zip(*parts, strict=True))
        fit = paired_comparison.strengths(Comparisons(tuple(truths), who, sides, shown, outcomes))
        return _held(fit.items["0"].joint, truths)

    return study


def _correlated(of: str, n: int, true: float, human_error: float, metric_error: float) -> Study:
    names = [str(k) for k in range(n)]
    counts = np.full(n, 30)
    covariance = human_error**2 * np.eye(n)

    def study(rng: np.random.Generator) -> Mapping[str, Said]:
        x, noise = rng.normal(size=(2, n))
        human = true * x + np.sqrt(1 - true**2) * noise + human_error * rng.normal(size=n)
        metric = x + metric_error * rng.normal(size=n)
        pairs = [
            Pair(name, float(m), float(h), metric_error=metric_error)
            for name, m, h in zip(names, metric, human, strict=True)
        ]
        found = agree(pairs, Joint(tuple(names), human, covariance, 0 * covariance, counts, counts))
        seen = true / np.sqrt((1 + human_error**2) * (1 + metric_error**2))
        freed, observed = found.freed, found.pearson
        assert observed.low is not None
        assert observed.high is not None
        assert observed.value is not None
        if of == "observed":
            return {"r": Said(observed.low, observed.high, seen, observed.value)}
        if freed.low is None or freed.high is None or freed.value is None:
            return {}  # a reliability of 0: nothing is given
        return {"r": Said(freed.low, freed.high, true, freed.value)}

    return study


def _rates() -> Iterator[Design]:
    code = (ANALYSIS + "proportions.py", ANALYSIS + "judgements.py")
    limits = "Clopper and Pearson's limits"
    for words, study, why in (
        ("15 raters, the same 100 images", _rate(15, 100, 100), ""),
        ("30 raters, the same 200 images", _rate(30, 200, 200), ""),
        ("60 raters, the same 200 images", _rate(60, 200, 200), ""),
        ("30 raters, the same 8 images", _rate(30, 8, 8), HULL),
        ("60 raters, 100 images each of 500", _rate(60, 100, 500), ""),
        ("60 raters, 200 images each of 500", _rate(60, 200, 500), ""),
        ("30 raters, 20 to 100 images each of 200", _rate(30, [20, 40, 60, 80, 100] * 6, 200), ""),
        ("30 raters, the same 40 images, share .05", _rate(30, 40, 40, -3.2), limits),
    ):
        most = CLOPPER if why == limits else MOST
        yield Design("deception rate, generated", words, MANY, code, study, why, most)
    words = "15 raters, the same 100 images"
    yield Design("deception rate for these images", words, MANY, code, _rate_these_images(15, 100))
    words = "30 raters, the same 100 generated and 100 real images"
    yield Design("deception rate, both", words, MANY, code, _rate_both(30, 100))


def _sensitivities() -> Iterator[Design]:
    for raters, images, why in ((15, 100, ""), (30, 200, ""), (60, 100, ""), (30, 12, HULL)):
        words = f"{raters} raters, the same {images} images of each kind"
        code = (ANALYSIS + "signal_detection.py",)
        yield Design("d′ and criterion", words, MANY, code, _sensitivity(raters, images), why)


def _others() -> Iterator[Design]:
    paired = (ANALYSIS + "paired_comparison.py", ANALYSIS + "proportions.py")
    for raters in (15, 30, 60):
        words = f"{raters} raters, 100 pairs each of 2 × 100 images"
        yield Design("Bradley–Terry strength and win rate", words, MANY, paired, _strengths(raters, 100))
    why = "a weak prior on the slope, whose uncertainty is in the interval"
    words, code = "20 raters, staircases of 60 flashes", (ANALYSIS + "psychometric.py",)
    yield Design("threshold", words, SOME, code, _thresholds(20, 60, 300.0), why)


def _families() -> Iterator[Design]:
    why = "max-|t|; ranges of ranks err only where a clear difference does"
    spaced = (-0.5, -0.4, -0.2, 0.0)
    rates = (ANALYSIS + "family.py", ANALYSIS + "proportions.py")
    for words, study in (
        ("rates, 30 raters, 4 models, all see all", _family_of_rates([30] * 4, 100, spaced, within=True)),
        ("rates, 30 raters a model, 4 models", _family_of_rates([30] * 4, 60, spaced, within=False)),
        (
            "rates, 15 raters, 6 models all alike",
            _family_of_rates([15] * 6, 60, [-0.5 - 1e-9 * k for k in range(6)], within=True),
        ),
        ("rates, 30, 30 and 6 raters a model", _family_of_rates([30, 30, 6], 60, spaced[:3], within=False)),
        (
            "rates, 30 raters, 40 images, shares .05 to .1",
            _family_of_rates([30] * 3, 40, (-3.2, -3.0, -2.5), within=True),
        ),
    ):
        yield Design("family of comparisons", words, MANY, rates, study, why, 1.0)
    words, code = "d′, 30 raters, 4 models, shared real images", (rates[0], ANALYSIS + "signal_detection.py")
    yield Design(
        "family of comparisons", words, MANY, code, _family_of_sensitivities(30, 60, spaced), why, 1.0
    )
    words, code = "strengths, 30 raters, 3 models", (rates[0], ANALYSIS + "paired_comparison.py")
    study = _family_of_strengths(30, 60, (0.4, 0.1, -0.5))
    yield Design("family of comparisons", words, MANY, code, study, why, 1.0)


def _correlations() -> Iterator[Design]:
    code = ("evalsite/results/agreement.py", "evalsite/results/disattenuation.py")
    for of, why in (("observed", ""), ("freed of error", "a strong correlation freed of error")):
        for n, true, human, metric in ((30, -0.9, 0.5, 0.2), (30, -0.5, 0.5, 0.2), (12, -0.7, 0.3, 0.2)):
            words = f"{n} models, ρ = {true:g}, SE/SD {human:g} and {metric:g}"
            study = _correlated(of, n, true, human, metric)
            yield Design(f"correlation with a metric, {of}", words, MANY, code, study, why)


DESIGNS = [*_rates(), *_sensitivities(), *_others(), *_families(), *_correlations()]
