"""What a result rests on: a study, the version it is read by, and which raters count."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from django.core.cache import cache

import evalsite
from evalsite.results.provenance import INATTENTIVE, SIMULATED, describe_import
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
    """

    study: Study
    simulated: bool = False
    inattentive: bool = False

    @cached_property
    def version(self) -> StudyVersion | None:
        """The newest version that somebody who counts has answered; else the newest; None for a draft."""
        versions = StudyVersion.objects.filter(study=self.study).opened().order_by("-number")
        return versions.filter(sessions__in=self.sessions()).first() or versions.first()

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
    def notes(self) -> list[str]:
        """What must be said wherever these results are shown: answers of elsewhere, or of whom else."""
        said = [SIMULATED] * self.simulated + [INATTENTIVE] * self.inattentive
        if self.study.provenance:
            said.append(describe_import("Judgements imported", self.study.provenance, self.study.created_at))
        return said

    def sessions(self) -> SessionQuerySet:
        """The sessions that count, answered to the end or not."""
        return Session.objects.counted(simulated=self.simulated).filter(study=self.study)

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

    @cached_property
    def _fingerprint(self) -> str:
        """Changes when a session is completed or removed, and with the code."""
        completed = self.completed()
        last = completed.order_by("-completed_at", "-pk").values_list("pk", "completed_at").first()
        version = self.version.digest if self.version else ""
        whom = (self.study.pk, version, self.simulated, self.inattentive)
        return repr((evalsite.__version__, *whom, completed.count(), last))
