"""The metric values of a study's conditions, measured here or imported, newest first."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Q

from evalsite.results.joining import Measured
from evalsite.results.scope import Scope
from evalsite.runs import catalogue
from evalsite.runs.models import MetricRun, MetricValue


def measure_study(scope: Scope) -> dict[str, list[Measured]]:
    """Values by condition: against the study's reference set, or of what looks at no real images."""
    found: dict[int, list[Measured]] = defaultdict(list)
    alone = [name for name, metric in catalogue.metrics().items() if not metric.comparing]
    against = Q(run__reference_set=None) | Q(run__reference_set=scope.reference_set) | Q(metric__in=alone)
    rows = MetricValue.objects.filter(against, run__sample_set__in=[s.sample_set for s in scope.sources])
    for row in rows.select_related("run").order_by("-run__created_at", "-run_id", "pk"):
        found[row.run.sample_set_id].append(_measured(row))
    return {source.condition: found[source.sample_set] for source in scope.sources}


def runs_of(scope: Scope) -> list[MetricRun]:
    """The metric runs of the study's conditions that are background jobs, newest first."""
    runs = MetricRun.objects.filter(sample_set__in=[s.sample_set for s in scope.sources], job__isnull=False)
    return list(runs.select_related("job", "sample_set", "reference_set"))


def _measured(row: MetricValue) -> Measured:
    run = row.run
    imported = {**run.provenance, "imported_at": run.created_at} if run.provenance else None
    return Measured(
        metric=row.metric,
        quantity=row.quantity,
        title=row.title,
        value=row.value,
        std=row.std,
        low=row.low,
        high=row.high,
        better=row.better,
        n_generated=row.n_generated,
        n_reference=row.n_reference,
        warnings=tuple(row.provenance.get("warnings", ())),
        imported=imported,
        provenance=row.provenance,
        measured_at=run.created_at,
    )
