"""From images to every kind of evidence that somebody needs of them, in one pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from metrics.extractors.extraction import Pass
from metrics.extractors.registry import FEATURES, PROBABILITIES
from metrics.statistics.moments import MomentsAccumulator
from metrics.types import Evidence, Features, Images, Moments, Probabilities

OUTPUT_OF: dict[type[Any], str] = {Features: FEATURES, Moments: FEATURES, Probabilities: PROBABILITIES}
"""The network's output that each kind is made of; kinds that need no network are left out."""


def collect(over: Pass, kinds: set[type[Any]], advance: Callable[[int], None]) -> dict[type[Any], Evidence]:
    """Make evidence of several kinds from one set of images, looking at each image once.

    Features are kept in memory only where a kind needs them all.

    Args:
        over: the pass to make.
        kinds: what is needed.
        advance: called with the number of images done since its last call.
    """
    kept: dict[str, list[Tensor]] = {OUTPUT_OF[kind]: [] for kind in kinds & {Features, Probabilities}}
    moments: MomentsAccumulator | None = None
    for chunk in over.chunks(advance):
        for name, parts in kept.items():
            parts.append(chunk[name])
        if Moments in kinds:
            moments = moments or MomentsAccumulator(chunk[FEATURES].shape[1])
            moments.update(chunk[FEATURES])
    evidence: dict[type[Any], Evidence] = {}
    if Images in kinds:
        evidence[Images] = over.images
    if Features in kinds:
        evidence[Features] = Features(torch.cat(kept[FEATURES]), over.provenance)
    if Probabilities in kinds:
        evidence[Probabilities] = Probabilities(torch.cat(kept[PROBABILITIES]), over.provenance)
    if moments is not None:
        evidence[Moments] = moments.result(over.provenance)
    return evidence
