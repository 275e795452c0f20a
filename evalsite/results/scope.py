"""What a result rests on: a study, the version it is read by, and which raters count."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from django.core.cache import cache
from django.db.models import Count, Max, Q

import evalsite
from evalsite.results.errors import UnknownVersionError
from evalsite.results.provenance import INATTENTIVE, SIMULATED, describe_import
from evalsite.results.versions import VersionUse, bars, changes, describe, read_asked, write_asked
from evalsite.studies.models import Study, StudyVersion
from evalsite.trials.models import Session
from evalsite.trials.querysets import SessionQuerySet
from evalsite.trials.reading import Pool, pool_blocks

T = TypeVar("T")

KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Source:
    """A condition and the sample set whose images stand for it."""

    condition: str
    sample_set: int


@dataclass(frozen=True)
class Scope:
    """A study's results, of people who did what was required, or with others too.

    Args:
        study: The study.
        simulated: Whether simulated raters count too.
        inattentive: Whether raters who failed the attention check count too.
        asked: Versions asked for: numbers such as ``2`` or ``1,2``, ``all`` for all that can be
            pooled; empty for the newest that somebody answered to the end.

    Raises:
        UnknownVersionError: A version is asked for that the study does not have.
    """

    study: Study
    simulated: bool = False
    inattentive: bool = False
    asked: str = ""

    def __post_init__(self) -> None:
        """Refuse versions that the study does not have, and write those asked for in one way."""
        wanted = read_asked(self.asked)
        object.__setattr__(self, "asked", write_asked(wanted))
        known = {version.number for version in self._opened} if wanted else set()
        if unknown := sorted((wanted or frozenset()) - known):
            had = ", ".join(map(str, sorted(known))) or "none yet"
            raise UnknownVersionError(f"no version {unknown[0]} of study {self.study.slug}; it has {had}")

    @cached_property
    def version(self) -> StudyVersion | None:
        """The version that results are read by: the newest one of those asked for; None for a draft.

        Where none is asked for: the newest that somebody answered to the end, else the newest begun, else
        the newest.
        """
        opened, counts, wanted = self._opened, self._counts, read_asked(self.asked)
        ranked = [
            [one for one in opened if wanted and one.number in wanted],
            [one for one in opened if counts.get(one.pk, (0, 0))[0]],
            [one for one in opened if one.pk in counts],
            opened,
        ]
        return next((versions[-1] for versions in ranked if versions), None)

    @cached_property
    def uses(self) -> list[VersionUse]:
        """The versions that somebody who counts has begun, and the one that results are read by."""
        if self.version is None:
            return []
        wanted, lead = read_asked(self.asked), self.version.protocol
        found = []
        for version in self._opened:
            raters, under_way = self._counts.get(version.pk, (0, 0))
            if version.pk != self.version.pk and version.pk not in self._counts:
                continue
            barred, changed = bars(lead, version.protocol), changes(lead, version.protocol)
            asked = wanted is None or version.number in wanted if self.asked else not changed
            held = version.pk == self.version.pk or (asked and not barred)
            found.append(VersionUse(version.number, raters, under_way, held, barred, changed))
        return found

    @cached_property
    def held(self) -> list[StudyVersion]:
        """The versions that results hold, in order."""
        numbers = {use.number for use in self.uses if use.held}
        return [version for version in self._opened if version.number in numbers]

    @property
    def versions_said(self) -> str:
        """Which versions results hold, with n, and what is left out and why."""
        return describe(self.uses)

    @cached_property
    def pools(self) -> list[Pool]:
        """The blocks of the frozen protocol by what they ask; none for a draft."""
        return pool_blocks(self.version.protocol) if self.version else []

    @property
    def sources(self) -> list[Source]:
        """The conditions in order, as frozen, or as they stand in a draft."""
        if self.version:
            return [Source(c["name"], c["sample_set"]) for c in self.version.protocol["conditions"]]
        return [Source(c.name, c.sample_set_id) for c in self.study.conditions.all()]

    @property
    def reference_set(self) -> int:
        """Key of the reference set, as frozen, or as it stands in a draft."""
        if self.version:
            return int(self.version.protocol["reference"]["sample_set"])
        return self.study.reference_set_id

    @property
    def origin(self) -> str:
        """Where answers of elsewhere come from; empty for those collected here."""
        if not self.study.provenance:
            return ""
        return describe_import("Judgements imported", self.study.provenance, self.study.created_at)

    @property
    def notes(self) -> list[str]:
        """What must be said wherever these results are shown: versions, answers of elsewhere, or whose."""
        said = [SIMULATED] * self.simulated + [INATTENTIVE] * self.inattentive
        return [*said, *filter(None, [self.origin, self.versions_said])]

    def recorded(self) -> SessionQuerySet:
        """The sessions that tables of raw data have: of all versions, or of those asked for."""
        sessions = self._counted
        wanted = read_asked(self.asked)
        return sessions.filter(version__number__in=wanted) if wanted else sessions

    def sessions(self) -> SessionQuerySet:
        """The sessions of the versions held, answered to the end or not."""
        return self._counted.filter(version__in=[version.pk for version in self.held])

    def completed(self) -> SessionQuerySet:
        """Those of them that estimates rest on."""
        return self.sessions().completed(inattentive=self.inattentive)

    def remember(self, what: str, compute: Callable[[], T]) -> T:
        """A value that only completed sessions can change, computed once for the sessions there are now."""
        key = "results:" + hashlib.sha256(f"{what}/{self._fingerprint}".encode()).hexdigest()
        found: T | None = cache.get(key)
        if found is None:
            found = compute()
            cache.set(key, found, KEPT_SECONDS)
        return found

    @property
    def _counted(self) -> SessionQuerySet:
        return Session.objects.counted(simulated=self.simulated).filter(study=self.study)

    @cached_property
    def _opened(self) -> list[StudyVersion]:
        return list(StudyVersion.objects.filter(study=self.study).opened().order_by("number"))

    @cached_property
    def _counts(self) -> dict[int, tuple[int, int]]:
        """Raters who answered to the end, and who are under way, by version."""
        done = Q(pk__in=self._counted.completed(inattentive=self.inattentive).values("pk"))
        open_ = Q(pk__in=self._counted.unfinished().values("pk"))
        rows = (
            self._counted.order_by()
            .values_list("version")
            .annotate(raters=Count("pk", filter=done), under_way=Count("pk", filter=open_))
        )
        return {version: (raters, under_way) for version, raters, under_way in rows}

    @cached_property
    def _fingerprint(self) -> str:
        """Changes when a session is completed, removed or counted otherwise, and with the code."""
        completed = self.completed()
        last = completed.order_by("-completed_at", "-pk").values_list("pk", "completed_at").first()
        counts = completed.order_by().aggregate(Count("pk", distinct=True), Max("tallies__corrected_at"))
        versions = [version.digest for version in self.held]
        lead = self.version.digest if self.version else ""
        counted = (self.study.pk, lead, versions, self.simulated, self.inattentive)
        return repr((evalsite.__version__, *counted, last, counts))
