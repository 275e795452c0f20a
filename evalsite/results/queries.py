"""A study's results as its page, its plots and its export read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from evalsite.results.agreement import Agreement, agree
from evalsite.results.estimates import estimate_study
from evalsite.results.exclusion import WATCHES, Exclusion
from evalsite.results.joining import HumanQuantity, ResultTable, join
from evalsite.results.metric_values import measure_study
from evalsite.results.scope import Scope
from evalsite.results.setting_aside import SetAside
from evalsite.results.timing import Shown, TimingGroup, summarise
from evalsite.studies.models import Study, StudyVersion
from evalsite.studies.planning import required_checks
from evalsite.trials.models import Response, Session, Trial

CHUNK = 2000


@dataclass(frozen=True)
class SessionCounts:
    """Sessions of a study by kind and how far they came."""

    live: int = 0
    live_completed: int = 0
    live_failed_qualification: int = 0
    live_failed_attention: int = 0
    simulated: int = 0
    simulated_completed: int = 0
    imported: int = 0

    @property
    def begun(self) -> int:
        """Sessions of people, here or elsewhere."""
        return self.live + self.imported

    @property
    def answered(self) -> int:
        """People, here or elsewhere, who answered to the end."""
        return self.live_completed + self.imported

    @property
    def live_failed(self) -> int:
        """Live sessions that ended at a check."""
        return self.live_failed_qualification + self.live_failed_attention

    @property
    def live_unfinished(self) -> int:
        """Live sessions under way or left."""
        return self.live - self.live_completed - self.live_failed


def count_sessions(study: Study, versions: Sequence[StudyVersion] | None = None) -> SessionCounts:
    """How many sat down, and how many answered to the end.

    Args:
        study: The study.
        versions: The versions whose people are counted; None for all. Simulated raters are counted of all.
    """
    sessions = Session.objects.filter(study=study)
    if versions is not None:
        sessions = sessions.filter(Q(version__in=versions) | Q(kind=Session.Kind.SIMULATED))
    rows = sessions.order_by().values_list("kind", "state").annotate(n=Count("pk"))
    counts: dict[str, int] = {}
    for kind, state, n in rows:
        counts[kind] = counts.get(kind, 0) + n
        counts[f"{kind}_{state}"] = n
    known = SessionCounts.__dataclass_fields__
    return SessionCounts(**{name: n for name, n in counts.items() if name in known})


def count_exclusions(scope: Scope) -> list[Exclusion]:
    """What the checks of raters came to: those that the study's version requires, or that anyone failed."""
    if scope.version is None:
        return []
    rows = scope.sessions().order_by().values_list("state").annotate(n=Count("pk"))
    counts = Counter({str(state): n for state, n in rows})
    unknown = scope.sessions().completed().unchecked().count()
    attentive = counts[Session.State.COMPLETED] - unknown
    qualified = counts[Session.State.COMPLETED] + counts[Session.State.FAILED_ATTENTION]
    passed = {"qualification": (qualified, 0), "attention": (attentive, unknown)}
    found = (Exclusion(watch, counts[f"failed_{watch.name}"], *passed[watch.name]) for watch in WATCHES)
    required = required_checks(scope.version.protocol)
    return [exclusion for exclusion in found if exclusion.failed or exclusion.watch.name in required]


def count_set_aside(scope: Scope) -> SetAside:
    """The trials of all sessions, of whichever version, finished or not, that could not be shown."""
    trials = Trial.objects.set_aside().filter(session__in=scope.recorded()).order_by()
    by_reason = (
        trials.values_list("set_aside_reason").annotate(n=Count("pk")).order_by("-n", "set_aside_reason")
    )
    raters = trials.aggregate(n=Count("session__participant", distinct=True))["n"]
    return SetAside(dict(by_reason), raters)


def tabulate(scope: Scope) -> ResultTable:
    """Human estimates beside metric values, per condition."""
    names = [source.condition for source in scope.sources]
    return join(names, estimate_study(scope), measure_study(scope))


def leading_quantity(table: ResultTable) -> HumanQuantity | None:
    """The human quantity that a page ranks by at first: one with a direction, if any has."""
    return next((column for column in table.human if column.better), next(iter(table.human), None))


def agreement_of(scope: Scope, table: ResultTable, metric: str, human: str) -> Agreement:
    """How a metric quantity agrees with a human one over conditions. Raises ``UnknownQuantityError``."""
    table.metric_quantity(metric)
    table.human_quantity(human)
    pairs, joint = table.pairs(metric, human), table.joint(human)
    return scope.remember(f"agreement:{human}:{pairs!r}", lambda: agree(pairs, joint))


def correlate(scope: Scope, table: ResultTable, human: HumanQuantity | None) -> dict[str, Agreement]:
    """The agreement of each metric quantity with one human quantity, by the metric's key."""
    if human is None:
        return {}
    return {metric.key: agreement_of(scope, table, metric.key, human.key) for metric in table.metrics}


def summarise_timing(scope: Scope) -> list[TimingGroup]:
    """How stimuli were timed, by browser and system, over the completed sessions."""
    return scope.remember("timing", lambda: summarise(_flashes(scope)))


def _flashes(scope: Scope) -> Iterator[Shown]:
    sessions = scope.completed()
    devices = {pk: (d.get("browser", ""), d.get("os", "")) for pk, d in sessions.values_list("pk", "device")}
    responses = (
        Response.objects.filter(session__in=sessions)
        .order_by()
        .values_list("session_id", "valid", "exposures")
    )
    for session, valid, exposures in responses.iterator(chunk_size=CHUNK):
        yield _shown(*devices[session], valid, exposures[0] if exposures else {})


def _shown(browser: str, os: str, valid: bool, exposure: dict[str, Any]) -> Shown:
    frames, period = exposure.get("planned_frames"), exposure.get("period_ms", 0.0)
    return Shown(browser, os, valid, exposure.get("shown_ms"), frames, period, exposure.get("css_px"))
