"""Measure a sample set; each metric's values are written down as soon as they are computed.

Arguments: ``run`` (key of the metric run). A metric that can't be computed does not stop the others; the job
then ends as failed with the reasons, and a retry computes only what is missing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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
    missing = [name for name in run.metrics if name not in known]
    if missing:
        reasons = _Measurement(run, missing, lease).carry_out()
        if reasons:
            lease.fail(reasons)
            return
    lease.finish({"model": "runs.metricrun", "key": run.pk})


@dataclass
class _Measurement:
    """The metrics of a run as they are computed.

    Attributes:
        run: what is measured.
        missing: names of the metrics to compute.
        lease: the right to write.
        computed: names of the metrics whose values are written.
        failures: names of the metrics that can't be computed, by reason.
        images: how many images were looked at, and how many there are.
    """

    run: MetricRun
    missing: Sequence[str]
    lease: Lease
    computed: list[str] = field(default_factory=list)
    failures: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    images: tuple[int, int] = (0, 0)

    def carry_out(self) -> str:
        """Compute what can be computed, and say what can't; empty if everything could be."""
        self.lease.tell(0, self.run.image_count, "opening the images and the networks")
        try:
            metrics.measure(
                self.run, self.missing, progress=self._look, on_result=self._keep, on_failure=self._fail
            )
        except MeasurementError as error:
            done = {*self.computed, *(name for names in self.failures.values() for name in names)}
            self.failures[str(error)] += [name for name in self.missing if name not in done]
        return " ".join(f"{', '.join(names)}: {reason}" for reason, names in self.failures.items())

    def _look(self, done: int, total: int) -> None:
        self.images = done, total
        self._show()

    def _show(self) -> None:
        done, total = self.images
        computed = f"{len(self.computed)} of {len(self.missing)} metrics computed"
        self.lease.tell(done, total, f"{done:,} of {total:,} images, {computed}")

    def _keep(self, metric: str, results: Sequence[Mapping[str, Any]]) -> None:
        try:
            with self.lease.fenced():
                records.record_results(self.run, results)
        except MeasurementError as error:
            self._fail(metric, str(error))
        else:
            self.computed.append(metric)
            self._show()

    def _fail(self, metric: str, reason: str) -> None:
        self.failures[reason].append(metric)
