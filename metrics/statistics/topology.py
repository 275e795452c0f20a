"""Loops in point clouds: for how long a witness complex has how many one-dimensional holes.

Only GUDHI's witness complex and simplex tree are used, which are under the MIT licence; it is fed with a
table of nearest landmarks, so that none of the classes that depend on CGAL is touched.
"""

from __future__ import annotations

import importlib
import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import MissingPackageError
from metrics.statistics.chance import random_state
from metrics.statistics.distances import pair_distances, squared_norms

_CORNERS = 3
NEAR = 1e-6
"""Share of the largest squared norm below which a squared distance has lost half its digits."""


def mean_relative_living_times(
    values: Float[Tensor, "n d"], *, landmarks: int, gamma: float, holes: int, repeats: int, seed: int
) -> Float[Tensor, "repeats holes"]:
    """Relative living times of numbers of loops, for each of several random choices of landmarks.

    Args:
        values: the point cloud (n, d): all of it are witnesses.
        landmarks: number of landmarks, drawn with replacement.
        gamma: the largest scale, as a fraction of the largest distance of a witness to a landmark.
        holes: numbers of loops told apart: 0 to holes - 1.
        repeats: number of choices of landmarks.
        seed: fixes the choices.

    Returns:
        For each choice the share of the scales at which there are 0, 1, … loops; a row sums to at most 1.

    Raises:
        MissingPackageError: gudhi isn't installed.

    Source: Khrulkov and Oseledets 2018, algorithm 1; checked against piq's Geometry Score.
    """
    gudhi = _gudhi()
    every = _distances(values)
    chance = random_state(seed)
    times = []
    for _ in range(repeats):
        distances = every[:, torch.from_numpy(chance.choice(len(values), landmarks))]
        largest = float(distances.max()) * gamma
        intervals = _loops(gudhi, distances, largest)
        times.append(relative_living_times(intervals, largest, holes))
    return torch.stack(times)


def _distances(values: Float[Tensor, "n d"]) -> Float[Tensor, "n n"]:
    """All distances in float64; of near-duplicates, where a product loses digits, from differences."""
    centred = values.double() - values.mean(dim=0, dtype=torch.float64)
    norms = squared_norms(centred)
    squared = torch.addmm(norms, centred, centred.T, alpha=-2).add_(norms[:, None])
    near = squared <= NEAR * float(norms.max())
    distances = squared.clamp_(min=0).sqrt_()
    rows, columns = near.nonzero(as_tuple=True)
    distances[rows, columns] = pair_distances(values, rows, values, columns)
    return distances


def relative_living_times(
    intervals: npt.NDArray[np.float64], largest: float, holes: int
) -> Float[Tensor, " holes"]:
    """Share of the scales from 0 to `largest` at which 0, 1, …, holes - 1 intervals are alive.

    Args:
        intervals: births and deaths (m, 2); what never dies has an infinite death.
        largest: the last scale; 0 if all points are one, which has no loop at any scale.
        holes: numbers told apart.

    Source: Khrulkov and Oseledets 2018, equations 5 and 6; checked by hand.
    """
    shares = torch.zeros(holes, dtype=torch.float64)
    if largest == 0:
        shares[0] = 1.0
        return shares
    ends = np.unique(np.concatenate([[0.0, largest], np.clip(intervals.ravel(), 0, largest)]))
    for start, stop in itertools.pairwise(ends.tolist()):
        middle = (start + stop) / 2
        alive = int(((intervals[:, 0] <= middle) & (middle < intervals[:, 1])).sum()) if len(intervals) else 0
        if alive < holes:
            shares[alive] += (stop - start) / largest
    return shares


def _loops(gudhi: Any, distances: Float[Tensor, "n l"], largest: float) -> npt.NDArray[np.float64]:
    """Births and deaths of the loops of the witness complex (m, 2)."""
    nearest = distances.sort(dim=1)
    # A triangle is witnessed up to `largest` beyond the nearest landmark that isn't its corner, which is at
    # most the fourth nearest: farther landmarks never come in.
    fourth = nearest.values[:, min(_CORNERS, distances.shape[1] - 1)]
    counts = (nearest.values <= fourth[:, None] + largest).sum(dim=1).tolist()
    names, values = nearest.indices.tolist(), nearest.values.tolist()
    table = [
        list(zip(name[:count], value[:count], strict=True))
        for name, value, count in zip(names, values, counts, strict=True)
    ]
    complex_ = gudhi.WitnessComplex(nearest_landmark_table=table)
    tree = complex_.create_simplex_tree(max_alpha_square=largest, limit_dimension=2)
    tree.persistence(homology_coeff_field=2)
    found: npt.NDArray[np.float64] = np.asarray(tree.persistence_intervals_in_dimension(1)).reshape(-1, 2)
    return found


def _gudhi() -> Any:
    try:
        return importlib.import_module("gudhi")
    except ImportError as error:
        raise MissingPackageError(
            "The Geometry Score needs the package gudhi, which isn't installed; run pip install gudhi."
        ) from error
