"""Sample sets and their images; the images' bytes are not handed out."""

from __future__ import annotations

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from evalsite.samples.models import Checkpoint, SampleImage, SampleSet


class CheckpointSerializer(serializers.ModelSerializer[Checkpoint]):
    """The checkpoint that a set was sampled from."""

    class Meta:
        model = Checkpoint
        fields = ("name", "sha256", "model", "description")


class SampleSetSerializer(serializers.ModelSerializer[SampleSet]):
    """A set as a whole."""

    fact_columns = serializers.ListField(
        child=serializers.CharField(), help_text="Names of its images' facts."
    )

    checkpoint = CheckpointSerializer(allow_null=True)

    class Meta:
        model = SampleSet
        fields = (
            "id",
            "name",
            "kind",
            "count",
            "manifest_digest",
            "fact_columns",
            "checkpoint",
            "seed",
            "settings",
            "origin",
            "attribution",
            "created_at",
        )


class SampleImageSerializer(serializers.ModelSerializer[SampleImage]):
    """One image of a set."""

    facts = serializers.DictField(
        child=serializers.CharField(), help_text="What is known of it beside its label, by the fact's name."
    )

    class Meta:
        model = SampleImage
        fields = ("position", "sha256", "width_px", "height_px", "label", "facts", "conversion")


class SampleSetFilter(django_filters.FilterSet):
    """Sets by kind, name or checkpoint."""

    checkpoint = django_filters.CharFilter(field_name="checkpoint__name", help_text="Name of the checkpoint.")

    class Meta:
        model = SampleSet
        fields = ("kind", "name", "checkpoint")


class SampleSetViewSet(ReadOnlyModelViewSet[SampleSet]):
    """What people judge and machines measure: real images (reference) or a generator's (generated)."""

    queryset = SampleSet.objects.select_related("checkpoint").order_by("pk")
    serializer_class = SampleSetSerializer
    filterset_class = SampleSetFilter
    lookup_value_converter = "int"

    @extend_schema(responses=SampleImageSerializer(many=True))
    @action(detail=True, filter_backends=[])
    def images(self, _request: Request, **_: Any) -> Response:
        """The images of a set, in its order."""
        images: Any = self.get_object().images.order_by("position")
        page: Any = self.paginate_queryset(images)
        return self.get_paginated_response(SampleImageSerializer(page, many=True).data)
