"""Studies with their frozen versions. They are set up and opened in the admin, not here."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from rest_framework import serializers
from rest_framework.viewsets import ReadOnlyModelViewSet

from evalsite.api.fields import Output
from evalsite.api.filters import StudyFilter
from evalsite.studies.models import Block, Condition, Study, StudyVersion


class StudySerializer(serializers.ModelSerializer[Study]):
    """A study in a list."""

    class Meta:
        model = Study
        fields: tuple[str, ...] = (
            "slug",
            "title",
            "state",
            "source",
            "provenance",
            "reference_set",
            "assignment",
            "created_at",
        )


class ConditionSerializer(serializers.ModelSerializer[Condition]):
    """A source of stimuli under comparison."""

    class Meta:
        model = Condition
        fields = ("name", "sample_set")


class BlockSerializer(serializers.ModelSerializer[Block]):
    """Trials of one task."""

    class Meta:
        model = Block
        fields = (
            "task", "params", "trials_per_block", "practice_trials", "catch_trials", "qualification_share",
        )  # fmt: skip


class FrozenConditionSerializer(Output):
    """A condition with the images that it had."""

    name = serializers.CharField()
    sample_set = serializers.IntegerField()
    set_name = serializers.CharField()
    manifest_digest = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()


class FrozenReferenceSerializer(Output):
    """The reference set with the images that it had."""

    name = serializers.CharField()
    sample_set = serializers.IntegerField()
    manifest_digest = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()


class FrozenBlockSerializer(Output):
    """A block with its params in full."""

    task = serializers.CharField()
    params = serializers.DictField()
    trials = serializers.IntegerField()
    practice = serializers.IntegerField()
    catch = serializers.IntegerField()
    qualification_share = serializers.FloatField(
        required=False, help_text="Share that must be right to go on; left out where none must."
    )


class ProtocolSerializer(Output):
    """A protocol as it was frozen."""

    study = serializers.CharField()
    title = serializers.CharField()
    texts = serializers.DictField(child=serializers.CharField(allow_blank=True))
    assignment = serializers.ChoiceField(choices=Study.Assignment.choices)
    stimulus_px = serializers.IntegerField()
    display_px = serializers.IntegerField()
    seed = serializers.IntegerField()
    recruiter = serializers.CharField()
    recruiter_settings = serializers.DictField()
    attention_share = serializers.FloatField(
        required=False, help_text="Share of catch trials that must be right; left out where none must."
    )
    reference = FrozenReferenceSerializer()
    conditions = FrozenConditionSerializer(many=True)
    blocks = FrozenBlockSerializer(many=True)


class VersionSerializer(serializers.ModelSerializer[StudyVersion]):
    """A protocol that raters met, never changed afterwards."""

    protocol = ProtocolSerializer()

    class Meta:
        model = StudyVersion
        fields = ("number", "digest", "code_version", "opened_at", "protocol")


class StudyDetailSerializer(StudySerializer):
    """A study as it is set up now, and as it was frozen each time it was opened."""

    conditions = ConditionSerializer(many=True)
    blocks = BlockSerializer(many=True)
    versions = VersionSerializer(many=True)

    class Meta(StudySerializer.Meta):
        fields = (
            *StudySerializer.Meta.fields,
            "stimulus_px",
            "display_px",
            "attention_share",
            "recruiter",
            "seed",
            "conditions",
            "blocks",
            "versions",
        )


class StudyViewSet(ReadOnlyModelViewSet[Study]):
    """What raters are asked, about which images, in which words."""

    queryset = Study.objects.order_by("slug")
    filterset_class = StudyFilter
    lookup_field = "slug"
    lookup_value_converter = "slug"

    def get_queryset(self) -> Any:
        """Studies; one by itself comes with its versions, previews' left out."""
        if self.action == "list":
            return super().get_queryset()
        opened = Prefetch("versions", StudyVersion.objects.opened())
        return super().get_queryset().prefetch_related("conditions", "blocks", opened)

    def get_serializer_class(self) -> type[StudySerializer]:
        """Short in lists, whole by itself."""
        return StudySerializer if self.action == "list" else StudyDetailSerializer
