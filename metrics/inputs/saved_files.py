"""Features and statistics in files: ours, and those that pytorch-fid, clean-fid and ADM write.

Features lie in a .safetensors file: a tensor for each output of the network, and the labels if there are any.
Statistics lie in an .npz file under the names that others use too: `mu` and `sigma`, for sFID's features
`mu_s` and `sigma_s`. Ours add the provenance, the count, and the witnesses that an interval needs.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.torch
import torch
from numpy.typing import NDArray
from torch import Tensor

from metrics.errors import StatisticsReadError
from metrics.evidence.kinds import Features, Labels, Moments, Provenance
from metrics.inputs.opened import OpenedInput, opened_rows
from metrics.results.files import write_results
from metrics.statistics.moments import moments_of

FEATURES_SUFFIX = ".safetensors"
LABELS = "labels"
SUFFIX_OF = {"features": "", "spatial": "_s"}
"""What the names of an output's statistics end in."""
FOREIGN_COUNT = 2**31
"""Number of images behind statistics that don't say it: so many that the ddof makes no difference."""


def read_saved(given: object) -> OpenedInput | None:
    """What was saved in a file; None if it is no file of ours, or of statistics.

    Raises:
        StatisticsReadError: it is, but can't be read; the message names it.
    """
    if not isinstance(given, (str, Path)):
        return None
    path = Path(given)
    if path.suffix == FEATURES_SUFFIX:
        return read_features(path)
    if path.suffix == ".npz" and path.is_file():
        arrays = _open_npz(path)
        return None if arrays is None or "mu" not in arrays else _statistics(path, arrays)
    return None


def save_features(
    path: Path, rows: Mapping[str, Tensor], provenance: Provenance, labels: Labels | None = None
) -> None:
    """Write a network's outputs for a set of images, whole or not at all.

    Args:
        path: ends in .safetensors.
        rows: outputs by name, each with a row for each image.
        provenance: where they come from.
        labels: the class of each image.

    Raises:
        ResultsWriteError: the file can't be written.
    """
    tensors = {name: rows[name].contiguous() for name in sorted(rows)}
    metadata = {"provenance": json.dumps(provenance.as_dict())}
    if labels is not None:
        tensors[LABELS] = labels.values
        metadata["classes"] = json.dumps(labels.names)
    write_results(path, safetensors.torch.save(tensors, metadata))


def read_features(path: Path) -> OpenedInput:
    """Features that `save_features` wrote.

    Raises:
        StatisticsReadError: the file is another; the message names it.
    """
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            names = file.keys()
            tensors = {name: file.get_tensor(name) for name in names}
            metadata = file.metadata() or {}
        provenance = Provenance(**json.loads(metadata["provenance"]))
        values = tensors.pop(LABELS, None)
        classes = tuple(json.loads(metadata["classes"])) if values is not None else ()
    except (OSError, safetensors.SafetensorError, KeyError, TypeError, ValueError) as error:
        raise StatisticsReadError(
            f"{path} can't be read as features ({error}); write it with 'python -m metrics features'."
        ) from error
    labels = Labels(values, classes) if values is not None else None
    return opened_rows(tensors, provenance, labels)


def save_statistics(path: Path, moments: Mapping[str, Moments]) -> None:
    """Write statistics that we, pytorch-fid and ADM's evaluator can read, whole or not at all.

    Args:
        path: ends in .npz.
        moments: by output of the network, of "features" and "spatial".

    Raises:
        ResultsWriteError: the file can't be written.
    """
    arrays: dict[str, NDArray[Any]] = {}
    for output, item in moments.items():
        suffix = SUFFIX_OF[output]
        arrays[f"mu{suffix}"] = item.mean.numpy()
        arrays[f"sigma{suffix}"] = item.covariance.numpy()
        arrays[f"provenance{suffix}"] = np.array(json.dumps(item.provenance.as_dict()))
        if item.witnesses is not None:
            arrays[f"witnesses{suffix}"] = item.witnesses.numpy()
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]  # a keyword of savez's own is none of these names
    write_results(path, buffer.getvalue())


def _statistics(path: Path, arrays: Mapping[str, NDArray[Any]]) -> OpenedInput:
    found = {
        output: _moments(path, arrays, suffix)
        for output, suffix in SUFFIX_OF.items()
        if f"mu{suffix}" in arrays
    }
    evidence = {(Moments, output): item for output, item in found.items()}
    if "provenance" in arrays:
        return OpenedInput(evidence=evidence, provenance=found["features"].provenance)
    note = (
        f"{path.name} doesn't say which network, preprocessing and number of images its statistics come "
        "from: they are taken to fit, and to be exact."
    )
    return OpenedInput(evidence=evidence, notes=(note,))


def _moments(path: Path, arrays: Mapping[str, NDArray[Any]], suffix: str) -> Moments:
    try:
        mean = torch.from_numpy(np.asarray(arrays[f"mu{suffix}"], np.float64))
        covariance = torch.from_numpy(np.asarray(arrays[f"sigma{suffix}"], np.float64))
        origin = Provenance("", "", "", "", 0, images_digest=path.name)
        if f"provenance{suffix}" in arrays:
            origin = Provenance(**json.loads(str(arrays[f"provenance{suffix}"])))
        witnesses = arrays.get(f"witnesses{suffix}")
        kept = torch.from_numpy(np.asarray(witnesses)) if witnesses is not None else None
    except (KeyError, TypeError, ValueError) as error:
        raise StatisticsReadError(
            f"{path} can't be read as statistics ({error}); write it with 'python -m metrics reference'."
        ) from error
    if mean.ndim != 1 or covariance.shape != (len(mean), len(mean)):
        raise StatisticsReadError(
            f"{path} holds a mean of shape {tuple(mean.shape)} and a covariance of shape "
            f"{tuple(covariance.shape)}; they must be (d,) and (d, d)."
        )
    if kept is not None and len(kept) == origin.count <= len(mean):
        return moments_of(Features(kept, origin))  # every row is there: exact where the covariance isn't
    count = origin.count or FOREIGN_COUNT
    return Moments(mean, count, origin, scatter=covariance * (count - 1), witnesses=kept)


def _open_npz(path: Path) -> dict[str, NDArray[Any]] | None:
    """The arrays, unless they are images; None if the file is damaged: whoever reads images will say so."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return {} if "arr_0" in arrays.files else {name: arrays[name] for name in arrays.files}
    except Exception:  # numpy and zipfile raise whatever their parsers trip over
        return None
