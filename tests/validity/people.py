"""Simulated studies of what people say: raters and images are drawn anew in each, the truth is known.

Raters differ by .4, images by .6 logits, as in public studies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

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
from tests.validity.rows import Design, Said, Study

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


def _sensitivity(raters: int, images: int) -> Study:
    """The truth is the mean of raters' values, or, where they judge few images, that of their mean rates."""
    own = RATER_SD * NODES
    hits = np.array([1 - _over(IMAGE_SD, GENERATED + lean) for lean in own])
    alarms = np.array([_over(IMAGE_SD, REAL - lean) for lean in own])
    if images >= signal_detection.FEW_TRIALS:
        z = float(WEIGHTS @ ndtri(hits)), float(WEIGHTS @ ndtri(alarms))
    else:
        z = float(ndtri(WEIGHTS @ hits)), float(ndtri(WEIGHTS @ alarms))

    def study(rng: np.random.Generator) -> Mapping[str, Said]:
        found = signal_detection.sensitivity(_judged(rng, raters, images, images, GENERATED, REAL))
        return {
            "d′": _said(found["d_prime"]["model"][0], z[0] - z[1]),
            "criterion": _said(found["criterion"]["model"][0], -(z[0] + z[1]) / 2),
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


def _family(raters: int, images: int, middles: Sequence[float], *, within: bool) -> Study:
    """Whether all differences, and all ranges of ranks, hold at once: 0 is the truth if they do."""
    truths = [_over(SPREAD, middle) for middle in middles]
    order = sorted(range(len(middles)), key=lambda k: -truths[k])

    def study(rng: np.random.Generator) -> Mapping[str, Said]:
        parts = []
        lean = rng.normal(0, RATER_SD, raters)
        for k, middle in enumerate(middles):
            own = lean if within else rng.normal(0, RATER_SD, raters)
            who, what = np.repeat(np.arange(raters), images), np.tile(np.arange(images), raters)
            wrong = _wrong(rng, who, what, middle, own)
            parts.append(
                (who + (0 if within else k * raters), np.full(len(who), k), what + k * images, wrong)
            )
        who, condition, what, wrong = (np.concatenate(column) for column in zip(*parts, strict=True))
        names = tuple(str(k) for k in range(len(middles)))
        judged = Judgements(names, who, condition, what, np.zeros(len(who), dtype=bool), wrong)
        joint = proportions.deception_rates(judged)["deception_rate_generated"]["0"][0].joint
        assert joint is not None
        family = compare(joint)
        ranks = family.standings("higher", names)
        held = {
            "all differences": all(
                one.low <= truths[int(one.one)] - truths[int(one.other)] <= one.high
                for one in family.differences
            ),
            "all ranks": all(
                ranks[str(k)].best <= at <= ranks[str(k)].worst for at, k in enumerate(order, 1)
            ),
        }
        return {name: Said(0.0, 0.0, float(not one), 0.0) for name, one in held.items()}

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


def _designs() -> list[Design]:
    rates = (ANALYSIS + "proportions.py", ANALYSIS + "judgements.py")
    unbalanced = [20, 40, 60, 80, 100] * 6
    crossed: list[tuple[str, Callable[[], Study]]] = [
        (f"{r} raters, the same {i} images", lambda r=r, i=i: _rate(r, i, i))  # type: ignore[misc]
        for r, i in ((15, 100), (30, 200), (60, 200), (30, 8))
    ]
    dealt: list[tuple[str, Callable[[], Study]]] = [
        (f"{r} raters, {t} images each of 500", lambda r=r, t=t: _rate(r, t, 500))  # type: ignore[misc]
        for r, t in ((60, 100), (60, 200))
    ]
    found = [
        Design("deception rate, generated", words, MANY, rates, make(), HULL if "same 8 " in words else "")
        for words, make in (*crossed, *dealt)
    ]
    found += [
        Design(
            "deception rate, generated", "30 raters, 20 to 100 images each of 200", MANY, rates,
            _rate(30, unbalanced, 200),
        ),
        Design(
            "deception rate, generated", "30 raters, the same 40 images, share .05", MANY, rates,
            _rate(30, 40, 40, -3.2), "Clopper and Pearson's limits", 0.999,
        ),
        Design(
            "deception rate for these images", "15 raters, the same 100 images", MANY, rates,
            _rate_these_images(15, 100),
        ),
        Design(
            "deception rate, both", "30 raters, the same 100 generated and 100 real images", MANY, rates,
            _rate_both(30, 100),
        ),
    ]  # fmt: skip
    found += [
        Design("d′ and criterion", words, MANY, (ANALYSIS + "signal_detection.py",), study, why)
        for words, study, why in (
            ("15 raters, the same 100 images of each kind", _sensitivity(15, 100), ""),
            ("30 raters, the same 200 images of each kind", _sensitivity(30, 200), ""),
            ("60 raters, the same 100 images of each kind", _sensitivity(60, 100), ""),
            ("30 raters, the same 12 images of each kind", _sensitivity(30, 12), HULL),
        )
    ]
    found += [
        Design(
            "Bradley–Terry strength and win rate", f"{r} raters, 100 pairs each of 2 × 100 images", SOME,
            (ANALYSIS + "paired_comparison.py", ANALYSIS + "proportions.py"), _strengths(r, 100),
        )
        for r in (15, 30, 60)
    ]  # fmt: skip
    found.append(
        Design(
            "threshold", "20 raters, staircases of 60 flashes", SOME, (ANALYSIS + "psychometric.py",),
            _thresholds(20, 60, 300.0), "a weak prior on the slope, whose uncertainty is in the interval",
        )
    )  # fmt: skip
    family = (ANALYSIS + "family.py", ANALYSIS + "proportions.py")
    ranks = (
        "max-|t| with the smallest degrees of freedom; ranges of ranks err only where a clear difference does"
    )
    found += [
        Design("family of comparisons", words, MANY, family, study, ranks, 1.0)
        for words, study in (
            (
                "30 raters, 4 models, all see all",
                _family(30, 100, (-0.5, -0.4, -0.2, 0.0), within=True),
            ),
            (
                "30 raters a model, 4 models",
                _family(30, 60, (-0.5, -0.4, -0.2, 0.0), within=False),
            ),
            (
                "15 raters, 6 models all alike",
                _family(15, 60, [-0.5 - 1e-9 * k for k in range(6)], within=True),
            ),
        )
    ]
    freed = ("evalsite/results/agreement.py", "evalsite/results/disattenuation.py")
    found += [
        Design(
            f"correlation with a metric, {of}", f"{n} models, ρ = {true:g}, SE/SD {human:g} and {metric:g}",
            MANY, freed, _correlated(of, n, true, human, metric), why,
        )
        for of, why in (("observed", ""), ("freed of error", "a strong correlation freed of error"))
        for n, true, human, metric in ((30, -0.9, 0.5, 0.2), (30, -0.5, 0.5, 0.2), (12, -0.7, 0.3, 0.2))
    ]  # fmt: skip
    return found


DESIGNS = _designs()
