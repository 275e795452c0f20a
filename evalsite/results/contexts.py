"""The contexts of the results pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from evalsite.results.agreement import COEFFICIENTS
from evalsite.results.block_titles import numbered
from evalsite.results.cells import describe_family, lay_out, lay_out_agreements
from evalsite.results.estimates import estimate_study
from evalsite.results.export import TABLES
from evalsite.results.formatting import show_share
from evalsite.results.headline import headline
from evalsite.results.joining import HumanQuantity, MachineQuantity, ResultTable
from evalsite.results.metric_values import runs_of
from evalsite.results.plots.of_study import Asked
from evalsite.results.queries import (
    SessionCounts,
    correlate,
    count_exclusions,
    count_sessions,
    count_set_aside,
    leading_quantity,
    summarise_timing,
    tabulate,
)
from evalsite.results.scope import Scope
from evalsite.results.timing import TimingGroup
from evalsite.results.versions import ALL
from evalsite.runs.models import MetricRun
from evalsite.studies.models import Study
from evalsite.studies.planning import qualifying_blocks


@dataclass(frozen=True)
class ListedStudy:
    """A study with how many answered it."""

    study: Study
    sessions: SessionCounts


def list_studies() -> list[ListedStudy]:
    """All studies, by name."""
    return [ListedStudy(study, count_sessions(study)) for study in Study.objects.all()]


def widen_to_simulated(scope: Scope) -> Scope:
    """Count simulated raters where a study has no others; one that a person began stays as it was asked."""
    sessions = count_sessions(scope.study)
    alone = sessions.simulated_completed and not sessions.begun
    return replace(scope, simulated=True) if alone else scope


def describe_study(scope: Scope, asked: Asked) -> dict[str, Any]:
    """Everything that the page of a study shows. Raises ``UnknownQuantityError``."""
    table = tabulate(scope)
    human = table.human_quantity(asked.human) if asked.human else leading_quantity(table)
    metric = table.metric_quantity(asked.metric) if asked.metric else next(iter(table.metrics), None)
    sheet = lay_out(table, human)
    agreements = lay_out_agreements(table, correlate(scope, table, human))
    timing = summarise_timing(scope)
    exclusions = count_exclusions(scope)
    sessions = count_sessions(scope.study, scope.held)
    return {
        "study": scope.study,
        "version": scope.version,
        "scope": scope,
        "source": scope.origin,
        "versions": list_versions(scope),
        "exclusions": exclusions,
        "set_aside": count_set_aside(scope),
        "inattentive": any(found.failed for found in exclusions if found.watch.name == "attention"),
        "qualifications": _say_qualifications(scope),
        "sessions": sessions,
        "headline": headline(table, human, simulated_only=scope.simulated and not sessions.answered),
        "may_leave_out_simulated": bool(count_sessions(scope.study).begun),
        "sheet": sheet,
        "compared": describe_family(table.families[human.key])
        if human and human.key in table.families
        else "",
        "human": human,
        "metric": metric,
        "query": _query(scope, human, metric),
        "agreements": agreements,
        "correlations": len(agreements)
        * (len(COEFFICIENTS) + any(found.freed.interval for found in agreements)),
        "warnings": sorted({found.note for found in agreements if found.note}),
        "pools": estimate_study(scope),
        "timing": describe_timing(timing),
        "flashes": any(group.flashes for group in timing),
        "plots": _plots(table, human, metric),
        "tables": list(TABLES),
        "conditions": len(scope.sources),
        **describe_progress(scope, runs_of(scope)),
    }


@dataclass(frozen=True)
class VersionChoice:
    """What can be asked for of a study's versions: the value in the address, and its words."""

    value: str
    words: str
    chosen: bool


def list_versions(scope: Scope) -> list[VersionChoice]:
    """The choices of versions; none where there is only one."""
    if len(scope.uses) < 2:
        return []
    known = [("", "newest answered"), *((str(use.number), use.name) for use in scope.uses)]
    poolable = [use for use in scope.uses if not use.bars]
    if len(poolable) > 1:
        known.append((ALL, f"{len(poolable)} versions pooled"))
    if scope.asked not in dict(known):
        known.append((scope.asked, scope.asked))
    return [VersionChoice(value, words, value == scope.asked) for value, words in known]


def describe_progress(scope: Scope, runs: Sequence[MetricRun]) -> dict[str, Any]:
    """The study's metric runs, and whether any is still at work."""
    unfinished = [run for run in runs if run.job and not run.job.finished]
    finished = count_finished(runs)
    return {
        "study": scope.study,
        "runs": runs,
        "unfinished": unfinished,
        "finished": finished,
        "counted": urlencode(_counted(scope)),
    }


def count_finished(runs: Sequence[MetricRun]) -> int:
    """How many runs have come to their end."""
    return sum(run.job is not None and run.job.finished for run in runs)


@dataclass(frozen=True)
class TimingLine:
    """A browser on a system as the page shows it."""

    browser: str
    os: str
    trials: int
    flashes: int
    deviation: str
    off: str
    side: str
    invalid: str


def describe_timing(groups: Sequence[TimingGroup]) -> list[TimingLine]:
    """Timing by browser and system; empty where no screen reported anything, as with imported judgements."""
    if not any(group.flashes for group in groups) and all(group.browser == "unknown" for group in groups):
        return []
    return [
        TimingLine(
            browser=group.browser,
            os=group.os,
            trials=group.trials,
            flashes=group.flashes,
            deviation="" if group.mean_ms is None else f"{group.mean_ms:+.1f} ± {group.sd_ms:.1f} ms",
            off=show_share(group.off / group.flashes) if group.flashes else "",
            side=_say_sides(group.side_px),
            invalid=show_share(group.invalid_share),
        )
        for group in groups
    ]


def _say_sides(found: tuple[int, int, int] | None) -> str:
    """Median, smallest and largest side of images on the screen; one number if they are the same."""
    if found is None:
        return ""
    smallest, median, largest = found
    return f"{median} px" if smallest == largest else f"{median} ({smallest}–{largest}) px"


def _say_qualifications(scope: Scope) -> str:
    """Which blocks no result rests on; empty if there are none."""
    numbers = qualifying_blocks(scope.version.protocol) if scope.version else []
    if not numbers:
        return ""
    said = numbered("block", [number + 1 for number in numbers])
    return f"{said.capitalize()}: a qualification, on which nothing here rests but who went on."


def _query(scope: Scope, human: HumanQuantity | None, metric: MachineQuantity | None) -> str:
    """What plots and downloads are asked with, so that they show what the page shows."""
    chosen = {"human": human.key if human else "", "metric": metric.key if metric else ""}
    return urlencode({key: value for key, value in {**_counted(scope), **chosen}.items() if value})


def _counted(scope: Scope) -> dict[str, str]:
    """What an address says of whose answers count."""
    counted = {name: "on" for name in ("simulated", "inattentive") if getattr(scope, name)}
    return {**counted, "version": scope.asked} if scope.asked else counted


def _plots(
    table: ResultTable, human: HumanQuantity | None, metric: MachineQuantity | None
) -> list[tuple[str, str]]:
    """Names and captions of the plots that there is something to draw for."""
    if human is None:
        return []
    plots = [
        ("ranking", f"Ranking by {human.label}"),
        ("intervals", "Estimates and 95 % intervals for the generator"),
    ]
    if metric and table.pairs(metric.key, human.key):
        plots.append(("scatter", f"{human.label.capitalize()} against {metric.label}"))
    return plots
