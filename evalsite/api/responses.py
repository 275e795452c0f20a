"""Responses: one row an answered trial, with what was planned, what the screen did and what was answered."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.viewsets import ReadOnlyModelViewSet

from evalsite.api.fields import Number, Output
from evalsite.api.filters import CountedFilterSet, TrueFalseFilter
from evalsite.api.pagination import ReceivedPages
from evalsite.api.sessions import KINDS
from evalsite.studies.models import StudyVersion
from evalsite.studies.planning import qualifying_blocks
from evalsite.tasks import registry
from evalsite.trials.models import Response, Trial


class StimulusSerializer(Output):
    """An image that was shown: its place in the trial, its condition, its position in that sample set."""

    slot = serializers.CharField()
    condition = serializers.CharField(help_text="Name of the condition; `real` for a real image.")
    image = serializers.IntegerField(help_text="Position in the condition's sample set, from 0.")


class ResponseSerializer(serializers.ModelSerializer[Response]):
    """An answer; blocks and trials count from 1, as in the exported files."""

    study = serializers.CharField(source="version.study.slug")
    version = serializers.IntegerField(source="version.number")
    version_digest = serializers.CharField(source="version.digest")
    session = serializers.UUIDField(source="session_id")
    session_kind = serializers.ChoiceField(source="session.kind", choices=KINDS)
    session_state = serializers.CharField(source="session.state")
    participant = serializers.UUIDField(source="session.participant_id")
    block = serializers.SerializerMethodField(help_text="Block of the protocol, from 1.")
    task = serializers.SerializerMethodField(help_text="Task of the block.")
    qualification = serializers.SerializerMethodField(
        help_text="Whether the block is a qualification, on which no estimate rests."
    )
    trial = serializers.SerializerMethodField(help_text="Number of the trial in the session, from 1.")
    trial_kind = serializers.ChoiceField(source="trial.kind", choices=Trial.Kind.choices)
    repeat_of = serializers.SerializerMethodField(
        help_text="Number of the trial that it repeats, whose exposure failed."
    )
    stimuli = StimulusSerializer(source="trial.plan.stimuli", many=True)
    settings = serializers.DictField(
        source="trial.plan.settings", help_text="What else was fixed for the trial."
    )
    presentation = serializers.DictField(
        source="trial.presentation", allow_null=True, help_text="How it was to be shown."
    )
    answer = serializers.DictField(help_text="As the task read it.")
    score = serializers.DictField(help_text="The task's declared columns.")
    exposures = serializers.ListField(child=serializers.DictField(), help_text="What the screen did.")
    rt_ms = Number(help_text="From the onset of the stimulus to the answer, milliseconds.")

    class Meta:
        model = Response
        fields = (
            "id",
            "study",
            "version",
            "version_digest",
            "session",
            "session_kind",
            "session_state",
            "participant",
            "block",
            "task",
            "qualification",
            "trial",
            "trial_kind",
            "repeat_of",
            "stimuli",
            "settings",
            "presentation",
            "answer",
            "score",
            "exposures",
            "rt_ms",
            "valid",
            "invalid_reason",
            "answered_at",
            "received_at",
        )

    def get_block(self, response: Response) -> int:
        """The block's number."""
        return response.trial.block + 1

    def get_task(self, response: Response) -> str:
        """The task, as the frozen protocol names it."""
        return str(response.version.protocol["blocks"][response.trial.block]["task"])

    def get_qualification(self, response: Response) -> bool:
        """Whether it is one."""
        return response.trial.block in qualifying_blocks(response.version.protocol)

    def get_trial(self, response: Response) -> int:
        """The trial's number."""
        return response.trial.position + 1

    def get_repeat_of(self, response: Response) -> int | None:
        """The repeated trial's number."""
        repeated = response.trial.repeat_of
        return repeated.position + 1 if repeated else None


class ResponseFilter(CountedFilterSet):
    """Responses by where they belong and whether they count; simulated raters' only where asked for."""

    kind_parameter = "session_kind"

    study = django_filters.CharFilter(
        field_name="session__study__slug", help_text="Name (slug) of the study."
    )
    session = django_filters.UUIDFilter(field_name="session_id", help_text="Id of the session.")
    session_kind = django_filters.ChoiceFilter(field_name="session__kind", choices=KINDS)
    trial_kind = django_filters.ChoiceFilter(field_name="trial__kind", choices=Trial.Kind.choices)
    task = django_filters.ChoiceFilter(
        method="of_task", choices=lambda: [(name, name) for name in registry.names()]
    )
    valid = TrueFalseFilter(help_text="Whether exposure and attention to the page were as planned.")
    received_after = django_filters.IsoDateTimeFilter(
        field_name="received_at",
        lookup_expr="gt",
        help_text=(
            "Only what was received later. Who follows a running study asks from a minute back: an answer is "
            "listed once it is stored, a moment after it was received."
        ),
    )
    received_before = django_filters.IsoDateTimeFilter(field_name="received_at", lookup_expr="lt")

    class Meta:
        model = Response
        fields = (
            "study",
            "session",
            "session_kind",
            "trial_kind",
            "task",
            "valid",
            "received_after",
            "received_before",
            "simulated",
        )

    @extend_schema_field(OpenApiTypes.STR)
    def of_task(self, queryset: QuerySet[Response], _name: str, task: str) -> QuerySet[Response]:
        """Responses of blocks that ask this; only the frozen protocols know which do."""
        versions: defaultdict[int, list[int]] = defaultdict(list)
        for key, blocks in StudyVersion.objects.opened().values_list("pk", "protocol__blocks"):
            for number, block in enumerate(blocks):
                if block["task"] == task:
                    versions[number].append(key)
        asked = Q(pk__in=[])
        for number, keys in versions.items():
            asked |= Q(trial__block=number, version__in=keys)
        return queryset.filter(asked)


class ResponseViewSet(ReadOnlyModelViewSet[Response]):
    """Answers in the order in which they were received. They are nobody's to change."""

    queryset = Response.objects.counted(simulated=True).order_by("received_at", "pk")
    serializer_class = ResponseSerializer
    filterset_class = ResponseFilter
    pagination_class = ReceivedPages
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        """Responses; a protocol is read once for all the rows of a page."""
        responses = super().get_queryset().select_related("trial__repeat_of")
        return responses.prefetch_related("session", "version__study")
