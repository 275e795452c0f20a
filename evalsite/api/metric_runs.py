"""Metric runs: read, asked for, cancelled."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import ReadOnlyModelViewSet

from evalsite.api.errors import ErrorSerializer
from evalsite.api.fields import Input, Number
from evalsite.api.permissions import MayChangeJobs
from evalsite.jobs.errors import JobStateError
from evalsite.jobs.models import Job
from evalsite.jobs.services import cancel_job
from evalsite.runs.models import MetricRun, MetricValue
from evalsite.runs.services import request_evaluation
from evalsite.samples.models import SampleSet

NAME_LENGTH = 80
MOST_METRICS = 50


class NamedSetSerializer(serializers.ModelSerializer[SampleSet]):
    """A sample set by key and name."""

    class Meta:
        model = SampleSet
        fields = ("id", "name")


class JobSerializer(serializers.ModelSerializer[Job]):
    """How far the background work is."""

    share = serializers.FloatField(help_text="Part of the work done, from 0 to 1.")

    class Meta:
        model = Job
        fields = (
            "id",
            "state",
            "share",
            "done_units",
            "total_units",
            "message",
            "error",
            "cancel_requested",
            "created_at",
            "started_at",
            "finished_at",
        )


class MetricValueSerializer(serializers.ModelSerializer[MetricValue]):
    """One number with all that makes it comparable."""

    value = Number()
    std = Number()
    low = Number()
    high = Number()

    class Meta:
        model = MetricValue
        fields = (
            "metric",
            "quantity",
            "title",
            "value",
            "std",
            "low",
            "high",
            "better",
            "n_generated",
            "n_reference",
            "provenance",
            "seconds",
        )


class MetricRunSerializer(serializers.ModelSerializer[MetricRun]):
    """A run with its values so far; one without a job holds imported values, and says where from."""

    sample_set = NamedSetSerializer()
    reference_set = NamedSetSerializer(allow_null=True)
    metrics = serializers.ListField(child=serializers.CharField())
    settings = serializers.DictField(help_text="Extractor, protocol and seed.")
    provenance = serializers.DictField(help_text="Of imported values: source, digest.")
    job = JobSerializer(allow_null=True)
    values = MetricValueSerializer(many=True)

    class Meta:
        model = MetricRun
        fields = (
            "id",
            "sample_set",
            "reference_set",
            "metrics",
            "settings",
            "provenance",
            "created_at",
            "job",
            "values",
        )


class MetricRequestSerializer(Input):
    """What is asked for: metrics of one set of images, most against a set of real ones."""

    sample_set = serializers.PrimaryKeyRelatedField(
        queryset=SampleSet.objects.all(), help_text="Id of the set that is measured."
    )
    reference_set = serializers.PrimaryKeyRelatedField(
        queryset=SampleSet.objects.references(),
        allow_null=True,
        default=None,
        help_text="Id of the reference set; without it only metrics that look at no real images.",
    )
    metrics = serializers.ListField(
        child=serializers.CharField(max_length=NAME_LENGTH),
        min_length=1,
        max_length=MOST_METRICS,
        help_text="Names of metrics.",
    )
    extractor = serializers.CharField(
        max_length=NAME_LENGTH, allow_blank=True, default="", help_text="Empty: each metric's own."
    )
    protocol = serializers.CharField(
        max_length=NAME_LENGTH, allow_blank=True, default="", help_text="Empty: each extractor's own."
    )
    seed = serializers.IntegerField(
        min_value=0, max_value=2**63 - 1, default=0, help_text="For metrics that draw subsets."
    )

    def request(self) -> dict[str, Any]:
        """What `request_evaluation` takes."""
        asked = dict(self.validated_data)
        settings = {name: asked.pop(name) for name in ("extractor", "protocol", "seed")}
        return {"settings": {name: value for name, value in settings.items() if value != ""}, **asked}


class MetricRunFilter(django_filters.FilterSet):
    """Runs by the sets they compare, by the metric asked for, or by how far they are."""

    state = django_filters.ChoiceFilter(
        field_name="job__state", choices=Job.State.choices, help_text="State of the job."
    )
    metric = django_filters.CharFilter(
        field_name="values__metric", distinct=True, help_text="Name of a metric that the run has a value of."
    )

    class Meta:
        model = MetricRun
        fields = ("sample_set", "reference_set", "state", "metric")


class MetricRunViewSet(ReadOnlyModelViewSet[MetricRun]):
    """Metrics asked of sample sets, newest first."""

    queryset = (
        MetricRun.objects.select_related("sample_set", "reference_set", "job")
        .prefetch_related("values")
        .order_by("-created_at", "-pk")
    )
    serializer_class = MetricRunSerializer
    filterset_class = MetricRunFilter
    lookup_value_converter = "int"

    @extend_schema(request=MetricRequestSerializer, responses={201: MetricRunSerializer})
    def create(self, request: Request) -> Response:
        """Ask for metrics; a worker computes them in the background."""
        asked = MetricRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        run = request_evaluation(now=timezone.now(), **asked.request())
        address = reverse("api:metric-runs-detail", [run.pk], request=request)
        shown = self.get_serializer(run).data
        return Response(shown, status=status.HTTP_201_CREATED, headers={"Location": address})

    @extend_schema(
        request=None,
        responses={
            200: MetricRunSerializer,
            409: OpenApiResponse(ErrorSerializer, "It has ended already, or holds imported values."),
        },
    )
    @action(detail=True, methods=["post"], permission_classes=[MayChangeJobs])
    def cancel(self, _request: Request, **_: Any) -> Response:
        """End a run: at once if it waits, at its next step if it is under way."""
        run = self.get_object()
        if run.job is None:
            raise JobStateError(f"Run {run.pk} holds imported values; there is no job to cancel.")
        cancel_job(job=run.job, now=timezone.now())
        return Response(self.get_serializer(run).data)
