"""Bradley–Terry strengths with Davidson's ties and a side bias, over resampled raters at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from evalsite.tasks.analysis.bootstrap import Floats, Resampling, Summary, few_raters, interval, rater_weights

RIDGE = 1e-4
"""Weight of a prior at 0: too light to move an estimate, enough to keep a one-sided resample finite."""
MAX_STEP = 2.0
MAX_ITERATIONS = 60
TOLERANCE = 1e-9
Outcome = Literal["left", "right", "tie"]
OUTCOMES: tuple[Outcome, ...] = ("left", "right", "tie")


class Comparison(NamedTuple):
    """Two stimuli side by side and which was chosen."""

    rater: str
    left: str
    right: str
    outcome: Outcome


@dataclass(frozen=True)
class Tally:
    """Outcomes of every ordered pair by rater.

    Args:
        items: Names of what was compared.
        left, right: Item index of each ordered pair, shape (pairs,).
        outcomes: Left chosen, right chosen, tie: shape (raters, pairs, 3).
    """

    items: tuple[str, ...]
    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    outcomes: Floats


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


def tally(comparisons: Counter[Comparison]) -> Tally:
    """The comparisons as an array; items in order of name, raters in order of appearance."""
    raters = {rater: i for i, rater in enumerate(dict.fromkeys(c.rater for c in comparisons))}
    pairs = sorted({(c.left, c.right) for c in comparisons})
    items = tuple(sorted({item for pair in pairs for item in pair}))
    outcomes = np.zeros((len(raters), len(pairs), 3))
    place = {pair: i for i, pair in enumerate(pairs)}
    for c, times in comparisons.items():
        outcomes[raters[c.rater], place[c.left, c.right], OUTCOMES.index(c.outcome)] = times
    sides = np.array(
        [[items.index(left), items.index(right)] for left, right in pairs], dtype=np.int64
    ).reshape(-1, 2)
    return Tally(items, sides[:, 0], sides[:, 1], outcomes)


def why_undefined(counts: Tally) -> str:
    """A sentence on why no finite strengths exist, or an empty string.

    They exist if all can be reached from all by "chosen over, or tied with, at least once" (Ford 1957).
    """
    total = counts.outcomes.sum(axis=0)
    n_items = len(counts.items)
    winners = np.concatenate([counts.left, counts.right, counts.left, counts.right])
    losers = np.concatenate([counts.right, counts.left, counts.right, counts.left])
    edges = np.concatenate([total[:, 0], total[:, 1], total[:, 2], total[:, 2]])
    led = edges > 0
    graph = coo_array((edges[led], (winners[led], losers[led])), shape=(n_items, n_items))
    met, group = connected_components(graph, directed=True, connection="weak")
    if met > 1:
        apart = [item for item, g in zip(counts.items, group, strict=True) if g != group[0]]
        pair = f"{counts.items[0]} and {apart[0]}"
        return f"Undefined: {pair} were not compared, not even through others; add such pairs."
    if connected_components(graph, directed=True, connection="strong")[0] > 1:
        return (
            "Undefined: some always won against the rest, so their lead has no bound; collect more answers."
        )
    return ""


def why_side_undefined(counts: Tally) -> str:
    """A sentence on why no finite side bias exists, or an empty string."""
    design = _design(counts.left, counts.right, len(counts.items))
    if not design[:, -2].any():
        return "Undefined: no pair was shown both ways round, so that side and image can't be told apart."
    chosen = counts.outcomes.sum(axis=(0, 1))[:2]
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


def _newton_step(
    parameters: Floats, outcomes: Floats, design: Floats, products: Floats, *, tied: bool
) -> Floats:
    """Gradient over information of every fit; the last parameter is ln ν, its column of the design empty."""
    eta = parameters @ design.T
    ties = np.broadcast_to(parameters[:, -1:] if tied else -np.inf, eta.shape)
    logits = np.stack([eta / 2, -eta / 2, ties], axis=-1)
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p /= p.sum(axis=-1, keepdims=True)
    n = outcomes.sum(axis=-1)
    lean = (p[..., 0] - p[..., 1]) / 2
    gradient = ((outcomes[..., 0] - outcomes[..., 1]) / 2 - n * lean) @ design - RIDGE * parameters
    gradient[:, -1] += (outcomes[..., 2] - n * p[..., 2]).sum(axis=1)
    size = design.shape[1]
    spread = n * ((p[..., 0] + p[..., 1]) / 4 - lean**2)
    information = (spread @ products).reshape(-1, size, size) + RIDGE * np.eye(size)
    across = -(n * lean * p[..., 2]) @ design
    information[:, -1, :] += across
    information[:, :, -1] += across
    information[:, -1, -1] += (n * p[..., 2] * (1 - p[..., 2])).sum(axis=1)
    return np.asarray(np.linalg.solve(information, gradient[..., None])[..., 0])


@dataclass(frozen=True)
class Strengths:
    """Strength of every item and the side bias, logits."""

    items: dict[str, Summary]
    side_bias: Summary


def strengths(counts: Tally, resampling: Resampling) -> Strengths:
    """Bradley–Terry strengths with intervals over raters; None where undefined, and the note says why."""
    n_raters = len(counts.outcomes)
    if why := why_undefined(counts):
        nothing = Summary(None, None, None, n_raters, why)
        return Strengths(dict.fromkeys(counts.items, nothing), nothing)
    point = fit(counts.outcomes.sum(axis=0, keepdims=True), counts.left, counts.right, len(counts.items))
    estimates = np.append(point.strengths[0], point.side_bias[0])
    bounds = _bounds(counts, resampling) if n_raters > 1 else [(None, None)] * len(estimates)
    note = few_raters(n_raters)
    summaries = [
        Summary(float(value), *bound, n_raters, note) for value, bound in zip(estimates, bounds, strict=True)
    ]
    unsided = why_side_undefined(counts)
    side_bias = Summary(None, None, None, n_raters, unsided) if unsided else summaries[-1]
    return Strengths(dict(zip(counts.items, summaries[:-1], strict=True)), side_bias)


def _bounds(counts: Tally, resampling: Resampling) -> list[tuple[float, float]]:
    flat = counts.outcomes.reshape(len(counts.outcomes), -1)
    draws = []
    for weights in rater_weights(len(flat), resampling):
        fitted = fit(
            (weights @ flat).reshape(len(weights), -1, 3), counts.left, counts.right, len(counts.items)
        )
        draws.append(np.column_stack([fitted.strengths, fitted.side_bias]))
    return [interval(column) for column in np.concatenate(draws).T]


def win_rates(counts: Tally) -> Floats:
    """Share of its comparisons that an item won, a tie as half: (raters, items), NaN where unseen."""
    n_items = len(counts.items)
    left, right = np.eye(n_items)[counts.left], np.eye(n_items)[counts.right]
    half = counts.outcomes[..., 2] / 2
    won = (counts.outcomes[..., 0] + half) @ left + (counts.outcomes[..., 1] + half) @ right
    seen = counts.outcomes.sum(axis=-1) @ (left + right)
    return np.asarray(np.divide(won, seen, out=np.full_like(seen, np.nan), where=seen > 0))
