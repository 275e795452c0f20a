"""Whether raters judged the same images: what an interval over raters leaves out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from evalsite.tasks.protocol import Estimate, ScoredTrial

COMMON = 0.5
"""Raters judged mostly the same images where one of them has judged more than this share of them."""


class ImagesSeen:
    """The different images of each condition, and how often they were judged."""

    def __init__(self) -> None:
        self._images: defaultdict[str, set[int]] = defaultdict(set)
        self._times: Counter[str] = Counter()

    def counted(self, trials: Iterable[ScoredTrial]) -> Iterator[ScoredTrial]:
        """The trials that estimates rest on, valid and scored, each noted on its way."""
        for trial in trials:
            if trial.valid and trial.trial.kind == "scored":
                for stimulus in trial.trial.stimuli:
                    self._images[stimulus.condition].add(stimulus.image)
                    self._times[stimulus.condition] += 1
                yield trial

    def warn(self, estimates: Iterable[Estimate]) -> list[Estimate]:
        """The estimates; those whose raters judged mostly the same images say so."""
        return [self._warned(estimate) for estimate in estimates]

    def _warned(self, estimate: Estimate) -> Estimate:
        n_images = len(self._images.get(estimate.condition, ()))
        if estimate.n_raters < 2 or self._times[estimate.condition] <= COMMON * n_images * estimate.n_raters:
            return estimate
        said = f"Raters judged mostly the same {n_images} images: the interval is for these, not for others."
        return replace(estimate, note=f"{estimate.note} {said}".lstrip())
