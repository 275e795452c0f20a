"""What jobs write down: metric runs with their values, and views into generators."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from evalsite.jobs.models import Job
from evalsite.runs.querysets import MetricRunQuerySet
from evalsite.samples.models import Checkpoint, SampleSet


class MetricRun(models.Model):
    """Metrics asked of one generated sample set against one reference set."""

    sample_set = models.ForeignKey(SampleSet, on_delete=models.PROTECT, related_name="metric_runs")
    reference_set = models.ForeignKey(
        SampleSet, null=True, blank=True, on_delete=models.PROTECT, related_name="metric_runs_as_reference"
    )
    metrics = models.JSONField(default=list, help_text="Names of the metrics asked for.")
    settings = models.JSONField(default=dict, blank=True, help_text="Extractor, protocol and seed.")
    job = models.OneToOneField(
        Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="metric_run"
    )
    provenance = models.JSONField(
        default=dict, blank=True, help_text="For imported values: file, digest, when."
    )
    created_at = models.DateTimeField()

    objects = MetricRunQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"run {self.pk}"

    @property
    def image_count(self) -> int:
        """Images that have to be looked at."""
        return self.sample_set.count + (self.reference_set.count if self.reference_set else 0)


class MetricValue(models.Model):
    """One number a metric run came to, with all that is needed to compare it."""

    run = models.ForeignKey(MetricRun, on_delete=models.CASCADE, related_name="values")
    metric = models.CharField(max_length=80)
    quantity = models.CharField(
        max_length=120, help_text="The honest name: it says which network where it is not the standard one."
    )
    title = models.CharField(max_length=160, blank=True)
    value = models.FloatField()
    std = models.FloatField(null=True, blank=True)
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    better = models.CharField(
        max_length=8, blank=True, help_text="higher, lower, or empty if neither is better."
    )
    n_generated = models.PositiveIntegerField(null=True, blank=True)
    n_reference = models.PositiveIntegerField(null=True, blank=True)
    provenance = models.JSONField(
        default=dict, help_text="Extractor, weights digest, protocol, settings, versions, warnings."
    )
    seconds = models.FloatField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["run", "quantity"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "quantity"], name="metric_value_quantity")
        ]

    def __str__(self) -> str:
        return f"{self.quantity}={self.value:g}"


class GeneratorView(models.Model):
    """Something to see inside a checkpoint's generator: rows of pictures, or why there are none."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="views")
    name = models.SlugField(max_length=60)
    position = models.PositiveSmallIntegerField(help_text="Order on the checkpoint's page.")
    title = models.CharField(max_length=160)
    about = models.TextField(help_text="What it shows; for a view that can't be given, why not.")
    rows = models.JSONField(
        default=list, help_text="Caption, size and SHA-256 of each picture; none if it can't be given."
    )
    data = models.JSONField(default=dict, help_text="The numbers behind the pictures.")
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["checkpoint", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["checkpoint", "name"], name="generator_view_name")
        ]

    def __str__(self) -> str:
        return self.title
