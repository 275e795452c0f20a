"""The images of a session: each is shown once before any is shown twice, whatever the block or the task."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from evalsite.tasks.errors import PlanError
from evalsite.tasks.protocol import REAL, Materials, PlannedTrial, Source, TrialKind

Dealt = Mapping[tuple[TrialKind, str], Iterator[int]]
"""Images by the kind of trial and the condition that they are for."""


@dataclass(frozen=True)
class Deck:
    """All sources of a study, and what one session has seen of them so far.

    The host keeps one for each session and gives its sources to every block in turn.

    Args:
        sources: By the name of their condition; the reference set's is ``REAL``.
    """

    sources: Mapping[str, Source]

    def materials(self, conditions: Iterable[str]) -> Materials:
        """What a block may draw from: the real images and these conditions."""
        return Materials(self.sources[REAL], [self.sources[name] for name in conditions])

    def after(self, trials: Iterable[PlannedTrial], *, qualification: bool = False) -> Deck:
        """The deck after a block. Images of practice trials and of a qualification are not dealt again."""
        shown: defaultdict[str, list[int]] = defaultdict(list)
        spent: defaultdict[str, list[int]] = defaultdict(list)
        for trial in trials:
            for stimulus in trial.stimuli:
                shown[stimulus.condition].append(stimulus.image)
                if qualification or trial.kind == "practice":
                    spent[stimulus.condition].append(stimulus.image)
        return Deck({name: _seen(source, shown[name], spent[name]) for name, source in self.sources.items()})


def deal_images(sources: Sequence[Source], needed: Mapping[TrialKind, Sequence[str]], rng: Random) -> Dealt:
    """Images for the trials of a block, in the order in which they are to be shown.

    Args:
        sources: What may be drawn from, as the materials give it.
        needed: For each kind of trial, the condition of every image.
        rng: What decides.

    Raises:
        PlanError: A source that is to be shown holds no images.
    """
    dealt: dict[tuple[TrialKind, str], Iterator[int]] = {}
    for source in sources:
        left = source
        for kind in sorted(needed, key=lambda kind: kind != "practice"):
            images = draw(left, needed[kind].count(source.condition), rng)
            left = _seen(left, images, images if kind == "practice" else ())
            dealt[kind, source.condition] = iter(images)
    return dealt


def draw(source: Source, count: int, rng: Random) -> list[int]:
    """``count`` images, each of them drawn from those that the session has been shown least.

    Images that are not to be dealt again are left out, unless the source holds no others.

    Raises:
        PlanError: The source holds no images.
    """
    if count and not len(source.images):
        words = f"the sample set of {source.condition!r} holds no images"
        raise PlanError(f"{words}; choose another or import its images")
    times, drawn = Counter(source.shown), list[int]()
    while missing := count - len(drawn):
        some = _draw_new(source, times, missing, rng) or _draw_again(source, times, missing, rng)
        times.update(some)
        drawn += some
    return drawn


def _draw_new(source: Source, times: Mapping[int, int], count: int, rng: Random) -> list[int]:
    """At most ``count`` images that were never shown, found without a look at all images of a large set."""
    seen = times.keys() | source.spent
    some = rng.sample(source.images, min(count + len(seen), len(source.images)))
    return [image for image in some if image not in seen][:count]


def _draw_again(source: Source, times: Counter[int], count: int, rng: Random) -> list[int]:
    """At most ``count`` of those that were shown least, where all were shown."""
    images = [image for image in source.images if image not in source.spent] or source.images
    fewest = min(times[image] for image in images)
    least = [image for image in images if times[image] == fewest]
    return rng.sample(least, min(count, len(least)))


def _seen(source: Source, shown: Iterable[int], spent: Iterable[int]) -> Source:
    """The source after these images were shown, some of which are not to be dealt again."""
    times = Counter(source.shown)
    times.update(shown)
    return replace(source, shown=times, spent=source.spent.union(spent))
