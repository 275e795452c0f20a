"""Bradley–Terry strengths with Davidson's ties and a side bias, and shares of pairs won."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from evalsite.tasks.analysis.summaries import Summary, nothing, summarise
from evalsite.tasks.analysis.two_way import (
    Floats,
    Ints,
    Joint,
    Moved,
    image_covariance,
    moved_mean,
    rater_covariance,
    sums,
    without_negative,
)

RIDGE = 1e-4
"""Weight of a prior at 0: too light to move an estimate, enough to keep a one-sided fit finite."""
MAX_STEP = 2.0
MAX_ITERATIONS = 60
TOLERANCE = 1e-9
Outcome = Literal["left", "right", "tie"]
OUTCOMES: tuple[Outcome, ...] = ("left", "right", "tie")


class Comparison(NamedTuple):
    """Two stimuli side by side, each an image of a source, and which was chosen."""

    rater: str
    left: tuple[str, int]
    right: tuple[str, int]
    outcome: Outcome


@dataclass(frozen=True)
class Comparisons:
    """One entry a trial.

    Args:
        items: Names of what was compared, sorted.
        raters: Number of the rater, shape (trials,).
        sides: Numbers of the left and the right item, shape (trials, 2).
        images: Numbers of the left and the right image, shape (trials, 2).
        outcomes: 0 where the left one was chosen, 1 the right one, 2 a tie, shape (trials,).
    """

    items: tuple[str, ...]
    raters: Ints
    sides: Ints
    images: Ints
    outcomes: Ints

    @property
    def n_raters(self) -> int:
        """How many raters there are."""
        return len(np.unique(self.raters))

    @cached_property
    def _ordered(self) -> tuple[Ints, Ints]:
        """The ordered pairs of items that were shown, (pairs, 2), and which of them each trial is."""
        pairs, which = np.unique(self.sides, axis=0, return_inverse=True)
        return pairs.reshape(-1, 2), which.ravel()

    @property
    def left(self) -> Ints:
        """Left item of each ordered pair, shape (pairs,)."""
        return self._ordered[0][:, 0]

    @property
    def right(self) -> Ints:
        """Right item of each ordered pair, shape (pairs,)."""
        return self._ordered[0][:, 1]

    @property
    def pair(self) -> Ints:
        """Which ordered pair each trial shows, shape (trials,)."""
        return self._ordered[1]

    @property
    def counts(self) -> Floats:
        """Left chosen, right chosen, tie, for each ordered pair, shape (pairs, 3)."""
        table = np.bincount(3 * self.pair + self.outcomes, minlength=3 * len(self.left))
        return table.reshape(-1, 3).astype(np.float64)

    def between(self, one: str, other: str) -> Comparisons:
        """The trials that show these two."""
        wanted = sorted((self.items.index(one), self.items.index(other)))
        kept = (np.sort(self.sides, axis=1) == wanted).all(axis=1)
        parts = (self.raters, self.sides, self.images, self.outcomes)
        return Comparisons(self.items, *(part[kept] for part in parts))


@dataclass
class ComparisonCounter:
    """Takes in comparisons one by one; millions of them fit into memory as numbers."""

    raters: dict[str, int] = field(default_factory=dict)
    items: dict[str, int] = field(default_factory=dict)
    images: dict[tuple[str, int], int] = field(default_factory=dict)
    rows: array[int] = field(default_factory=lambda: array("q"))

    def add_all(self, comparisons: Iterable[Comparison]) -> Self:
        """Take in comparisons, read once."""
        for comparison in comparisons:
            self.rows.append(self.raters.setdefault(comparison.rater, len(self.raters)))
            for image in (comparison.left, comparison.right):
                self.rows.append(self.items.setdefault(image[0], len(self.items)))
                self.rows.append(self.images.setdefault(image, len(self.images)))
            self.rows.append(OUTCOMES.index(comparison.outcome))
        return self

    def comparisons(self) -> Comparisons:
        """All of them as arrays."""
        table = np.array(self.rows, dtype=np.int64).reshape(-1, 6)
        items = tuple(sorted(self.items))
        place = np.array([items.index(item) for item in self.items], dtype=np.int64)
        sides = place[table[:, [1, 3]]] if len(table) else table[:, [1, 3]]
        return Comparisons(items, table[:, 0], sides, table[:, [2, 4]], table[:, 5])


@dataclass(frozen=True)
class Fit:
    """Fitted parameters of several weightings of the same comparisons.

    Args:
        strengths: Logits, mean 0 over items, (fits, items): i over j has log odds s_i − s_j, ties apart.
        side_bias: Logits towards the left side, shape (fits,).
        log_ties: Davidson's ln ν, shape (fits,); −inf without ties.
    """

    strengths: Floats
    side_bias: Floats
    log_ties: Floats


def why_undefined(shown: Comparisons) -> str:
    """A sentence on why no finite strengths exist, or an empty string.

    They exist if all can be reached from all by "chosen over, or tied with, at least once" (Ford 1957).
    """
    total, left, right = shown.counts, shown.left, shown.right
    n_items = len(shown.items)
    winners = np.concatenate([left, right, left, right])
    losers = np.concatenate([right, left, right, left])
    edges = np.concatenate([total[:, 0], total[:, 1], total[:, 2], total[:, 2]])
    led = edges > 0
    graph = coo_array((edges[led], (winners[led], losers[led])), shape=(n_items, n_items))
    met, group = connected_components(graph, directed=True, connection="weak")
    if met > 1:
        apart = [item for item, g in zip(shown.items, group, strict=True) if g != group[0]]
        pair = f"{shown.items[0]} and {apart[0]}"
        return f"Undefined: {pair} were not compared, not even through others; add such pairs."
    if connected_components(graph, directed=True, connection="strong")[0] > 1:
        return (
            "Undefined: some always won against the rest, so their lead has no bound; collect more answers."
        )
    return ""


def why_side_undefined(shown: Comparisons) -> str:
    """A sentence on why no finite side bias exists, or an empty string."""
    design = _design(shown.left, shown.right, len(shown.items))
    if not design[:, -2].any():
        return "Undefined: no pair was shown both ways round, so that side and image can't be told apart."
    chosen = shown.counts.sum(axis=0)[:2]
    if chosen.all() or not chosen.any():
        return ""
    return f"Undefined: the {OUTCOMES[chosen.argmax()]} one was always chosen, so the lean has no bound."


def _design(left: npt.NDArray[np.int64], right: npt.NDArray[np.int64], n_items: int) -> Floats:
    """What each pair's log odds add up from, (pairs, items + 2): items, the side, and ln ν, left empty.

    The side is left out where some strengths would explain it as well: nothing tells the two apart.
    """
    pairs = np.arange(len(left))
    design = np.zeros((len(left), n_items + 2))
    design[pairs, left] += 1
    design[pairs, right] -= 1
    without_side = np.linalg.matrix_rank(design)
    design[:, n_items] = 1
    if np.linalg.matrix_rank(design) == without_side:
        design[:, n_items] = 0
    return design


def fit(outcomes: Floats, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64], n_items: int) -> Fit:
    """Maximum likelihood by Newton's method, for many weightings at once.

    P(left) : P(right) : P(tie) = e^(η/2) : e^(−η/2) : ν with η = s_left − s_right + side bias.

    Args:
        outcomes: Left chosen, right chosen, tie; shape (fits, pairs, 3), weights of any size.
        left: Item index of each pair's left stimulus, shape (pairs,).
        right: Item index of each pair's right stimulus, shape (pairs,).
        n_items: Number of items.

    Source: Davidson 1970, "On extending the Bradley-Terry model to accommodate ties"; for the order effect
        Davidson & Beaver 1977; checked against ``evalica.newman``.
    """
    design = _design(left, right, n_items)
    tied = bool(outcomes[:, :, 2].any())
    parameters = np.zeros((len(outcomes), n_items + 2))
    products = np.einsum("pi,pj->pij", design, design).reshape(len(left), -1)
    for _ in range(MAX_ITERATIONS):
        step = _newton_step(parameters, outcomes, design, products, tied=tied)
        parameters += step * np.minimum(
            1, MAX_STEP / np.maximum(np.abs(step).max(axis=1, keepdims=True), MAX_STEP)
        )
        if np.abs(step).max(initial=0) < TOLERANCE:
            break
    strengths = parameters[:, :n_items]
    log_ties = parameters[:, -1] if tied else np.full(len(parameters), -np.inf)
    return Fit(strengths - strengths.mean(axis=1, keepdims=True), parameters[:, n_items], log_ties)


@dataclass(frozen=True)
class _Curvature:
    """How likely each outcome of each pair is, and what the data say of the parameters.

    Args:
        p: Probability of left, right and tie, shape (fits, pairs, 3).
        lean: Half the difference of left and right, shape (fits, pairs).
        information: Minus the second derivative, the prior included, (fits, parameters, parameters).
    """

    p: Floats
    lean: Floats
    information: Floats


def _curvature(
    parameters: Floats, outcomes: Floats, design: Floats, products: Floats, *, tied: bool
) -> _Curvature:
    """At some parameters; the last one is ln ν, its column of the design empty."""
    eta = parameters @ design.T
    ties = np.broadcast_to(parameters[:, -1:] if tied else -np.inf, eta.shape)
    logits = np.stack([eta / 2, -eta / 2, ties], axis=-1)
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p /= p.sum(axis=-1, keepdims=True)
    n = outcomes.sum(axis=-1)
    lean = (p[..., 0] - p[..., 1]) / 2
    size = design.shape[1]
    spread = n * ((p[..., 0] + p[..., 1]) / 4 - lean**2)
    information = (spread @ products).reshape(-1, size, size) + RIDGE * np.eye(size)
    across = -(n * lean * p[..., 2]) @ design
    information[:, -1, :] += across
    information[:, :, -1] += across
    information[:, -1, -1] += (n * p[..., 2] * (1 - p[..., 2])).sum(axis=1)
    return _Curvature(p, lean, information)


def _newton_step(
    parameters: Floats, outcomes: Floats, design: Floats, products: Floats, *, tied: bool
) -> Floats:
    """Gradient over information of every fit."""
    here = _curvature(parameters, outcomes, design, products, tied=tied)
    n = outcomes.sum(axis=-1)
    gradient = ((outcomes[..., 0] - outcomes[..., 1]) / 2 - n * here.lean) @ design - RIDGE * parameters
    gradient[:, -1] += (outcomes[..., 2] - n * here.p[..., 2]).sum(axis=1)
    return np.asarray(np.linalg.solve(here.information, gradient[..., None])[..., 0])


@dataclass(frozen=True)
class Strengths:
    """Strength of every item and the side bias, logits."""

    items: dict[str, Summary]
    side_bias: Summary


def strengths(shown: Comparisons) -> Strengths:
    """Bradley–Terry strengths with two-way intervals; None where undefined, and the note says why.

    Source: the sandwich of the trials' scores, clustered by rater and by image (see `two_way`).
    """
    if why := why_undefined(shown):
        undefined = nothing(shown.n_raters, why)
        return Strengths(dict.fromkeys(shown.items, undefined), undefined)
    point = fit(shown.counts[None], shown.left, shown.right, len(shown.items))
    moved = _influences(shown, point)
    judges = [len(np.unique(shown.raters[(shown.sides == k).any(axis=1)])) for k in range(len(shown.items))]
    joint = _joint(shown, shown.items, point.strengths[0], moved[:, :-1], np.array(judges, dtype=np.int64))
    items = {
        name: replace(summarise(value, variance), joint=joint)
        for (name, variance), value in zip(joint.variances.items(), joint.values.tolist(), strict=True)
    }
    unsided = why_side_undefined(shown)
    side = nothing(shown.n_raters, unsided) if unsided else _side(shown, point.side_bias, moved[:, -1:])
    return Strengths(items, side)


def _joint(
    shown: Comparisons, names: tuple[str, ...], values: Floats, moved: Floats, n_raters: Ints
) -> Joint:
    """Estimates from all trials, with how far each trial moves them, shape (trials, k).

    The raters of each are those who judged it: scores of a lone one add up to nothing, as if it were certain.
    """
    fewest = min(len(np.unique(shown.images[shown.sides == number])) for number in range(len(shown.items)))
    return Joint(
        names=names,
        values=values,
        raters=rater_covariance(sums(moved, shown.raters), n_raters),
        images=without_negative(image_covariance(moved, shown.raters, shown.images)),
        n_raters=n_raters,
        n_images=np.full(len(names), fewest),
    )


def _side(shown: Comparisons, value: Floats, moved: Floats) -> Summary:
    everybody = np.array([shown.n_raters], dtype=np.int64)
    return summarise(float(value[0]), _joint(shown, ("side",), value, moved, everybody).variances["side"])


def _influences(shown: Comparisons, point: Fit) -> Floats:
    """How far each trial moves every strength and the side bias, shape (trials, items + 1)."""
    n_items, counts = len(shown.items), shown.counts[None]
    design = _design(shown.left, shown.right, n_items)
    products = np.einsum("pi,pj->pij", design, design).reshape(len(shown.left), -1)
    tied = bool(np.isfinite(point.log_ties[0]))
    parameters = np.concatenate([point.strengths[0], point.side_bias, point.log_ties if tied else [0.0]])
    here = _curvature(parameters[None], counts, design, products, tied=tied)
    chosen = np.eye(3)[shown.outcomes]
    scores = ((chosen[:, 0] - chosen[:, 1]) / 2 - here.lean[0, shown.pair])[:, None] * design[shown.pair]
    scores[:, -1] += chosen[:, 2] - here.p[0, shown.pair, 2]
    moved = np.linalg.solve(here.information[0], scores.T).T
    centred = moved[:, :n_items] - moved[:, :n_items].mean(axis=1, keepdims=True)
    return np.column_stack([centred, moved[:, n_items]])


def win_shares(shown: Comparisons) -> dict[str, Moved | None]:
    """Share of its comparisons that each item won, a tie as half; None where it was not shown."""
    shares: dict[str, Moved | None] = {}
    for number, item in enumerate(shown.items):
        here = (shown.sides == number).any(axis=1)
        own = np.where(shown.sides[here, 0] == number, 0, 1)
        outcomes = shown.outcomes[here]
        won = np.where(outcomes == len(OUTCOMES) - 1, 0.5, (outcomes == own).astype(np.float64))
        shares[item] = moved_mean(won, shown.raters[here], shown.images[here]) if here.any() else None
    return shares
