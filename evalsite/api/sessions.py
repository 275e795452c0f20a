"""Sessions: who sat down when, how far they came, on what device. No platform's id is handed out."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Count, Q
from rest_framework import serializers
from rest_framework.viewsets import ReadOnlyModelViewSet

from evalsite.api.filters import CountedFilterSet
from evalsite.trials.models import Session
from evalsite.trials.state import outcome_of

KINDS = [choice for choice in Session.Kind.choices if choice[0] != Session.Kind.PREVIEW]
"""Previews are nobody's data."""


class SessionSerializer(serializers.ModelSerializer[Session]):
    """A sitting of one rater, whom only an opaque id names."""

    study = serializers.CharField(source="study.slug")
    version = serializers.IntegerField(source="version.number")
    version_digest = serializers.CharField(source="version.digest")
    participant = serializers.UUIDField(source="participant_id")
    kind = serializers.ChoiceField(choices=KINDS)
    outcome = serializers.SerializerMethodField(
        help_text="How it ended, in the recruiter's words, e.g. `failed_attention`; empty while it goes on."
    )
    device = serializers.DictField(help_text="Browser, system, screen and refresh rate as measured.")
    trials = serializers.IntegerField(
        source="planned", help_text="Trials planned, practice and repeats included."
    )
    answered = serializers.IntegerField(help_text="Trials answered.")
    invalid = serializers.IntegerField(help_text="Answered trials that do not count.")
    set_aside = serializers.IntegerField(
        help_text="Trials never shown, because an image file was missing or damaged."
    )

    class Meta:
        model = Session
        fields = (
            "id",
            "study",
            "version",
            "version_digest",
            "participant",
            "kind",
            "state",
            "outcome",
            "condition",
            "seed",
            "device",
            "trials",
            "answered",
            "invalid",
            "set_aside",
            "created_at",
            "last_seen_at",
            "completed_at",
        )

    def get_outcome(self, session: Session) -> str:
        """The outcome."""
        return outcome_of(session)


class SessionFilter(CountedFilterSet):
    """Sessions by study, participant, kind and state; simulated ones only where asked for."""

    study = django_filters.CharFilter(field_name="study__slug", help_text="Name (slug) of the study.")
    participant = django_filters.UUIDFilter(field_name="participant_id", help_text="Opaque id of the rater.")
    kind = django_filters.ChoiceFilter(choices=KINDS)

    class Meta:
        model = Session
        fields = ("study", "participant", "kind", "state", "simulated")


class SessionViewSet(ReadOnlyModelViewSet[Session]):
    """Sittings, in the order of arrival."""

    queryset = Session.objects.counted(simulated=True)
    serializer_class = SessionSerializer
    filterset_class = SessionFilter
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        """Sessions with how many of their trials are answered."""
        counted = super().get_queryset().select_related("study").prefetch_related("version")
        return counted.annotate(
            answered=Count("trials__response"),
            invalid=Count("trials__response", filter=Q(trials__response__valid=False)),
            planned=Count("trials"),
            set_aside=Count("trials__set_aside_at"),
        ).order_by("created_at", "pk")
