"""Numbers that are checked against other implementations: asserted, and recorded for `docs/validity.md`.

``make validity`` runs the tests with ``EVALSITE_VALIDITY`` naming a file; every `agrees` adds a line to it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

Numbers = float | Sequence[float] | npt.NDArray[Any] | torch.Tensor

RECORD = "EVALSITE_VALIDITY"


def agrees(
    ours: Numbers,
    theirs: Numbers,
    *,
    against: str,
    rel: float | None = None,
    abs_: float | None = None,
    of: str = "",
) -> None:
    """Assert that numbers of ours are those of another implementation or of a closed form.

    Args:
        ours: One number or several, of any shape.
        theirs: As many.
        against: Where theirs come from, as a reviewer knows it: ``torch-fidelity``, ``scipy``,
            ``closed form``, ``the authors' code``, ``by hand``.
        rel: Largest deviation allowed, relative to theirs.
        abs_: Largest deviation allowed, absolute. One of the two is given.
        of: The metric or estimator that is checked; the stem of the test's file if not given.
    """
    assert (rel is None) != (abs_ is None), "give one tolerance"
    mine, other = (np.atleast_1d(np.asarray(numbers, dtype=np.float64)) for numbers in (ours, theirs))
    assert mine.shape == other.shape, f"{mine.shape} numbers of ours, {other.shape} of {against}"
    apart = np.abs(mine - other)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = apart if rel is None else np.where(apart == 0, 0.0, apart / np.abs(other))
    deviation, tolerance = float(found.max()), float(rel if rel is not None else abs_ or 0.0)
    said = f"{deviation:.3g} from {against}, allowed {tolerance:g}"
    assert deviation <= tolerance, f"{said}: {mine} and {other}"
    _record(of, against, deviation, tolerance, relative=rel is not None)


def _record(of: str, against: str, deviation: float, tolerance: float, *, relative: bool) -> None:
    if not (place := os.environ.get(RECORD)):
        return
    test = os.environ["PYTEST_CURRENT_TEST"].split(" ")[0]
    file = test.partition("::")[0]
    line = {
        "of": of or file.rpartition("/test_")[2].removesuffix(".py"),
        "against": against,
        "deviation": deviation,
        "tolerance": tolerance,
        "relative": relative,
        "test": file,
    }
    with open(place, "a", encoding="utf-8") as record:  # one short write: processes side by side don't mix
        record.write(json.dumps(line) + "\n")
