"""Measure a sample set: one metric after the other, each written down as it comes.

Arguments: ``run`` (key of the metric run). A metric that can't be computed does not keep the others from it;
the job then ends as failed with the reason, and a retry computes only what is missing.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial

from evalsite.jobs.lease import Lease
from evalsite.jobs.models import Job
from evalsite.runs import records
from evalsite.runs.doors import metrics
from evalsite.runs.errors import MeasurementError
from evalsite.runs.models import MetricRun


def carry_out(job: Job, lease: Lease) -> None:
    """Compute the metrics whose values are not there yet."""
    run = MetricRun.objects.select_related("sample_set", "reference_set").get(pk=job.arguments["run"])
    known = set(run.values.values_list("metric", flat=True))
    failures: dict[str, list[str]] = defaultdict(list)
    for metric in (name for name in run.metrics if name not in known):
        lease.tell(0, run.image_count, f"{metric}: loading the network")
        try:
            results = metrics.measure(run, metric, progress=partial(_tell, lease, metric))
            with lease.fenced():
                records.record_results(run, results)
        except MeasurementError as error:
            failures[str(error)].append(metric)
    if failures:
        lease.fail(" ".join(f"{', '.join(names)}: {reason}" for reason, names in failures.items()))
    else:
        lease.finish({"model": "runs.metricrun", "key": run.pk})


def _tell(lease: Lease, metric: str, done: int, total: int) -> None:
    lease.tell(done, total, f"{metric}: {done:,} of {total:,} images")
