"""Results: per condition of a study, what people said beside what machines measured."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from evalsite.api.fields import Input, Number, Output
from evalsite.api.filters import StudyFilter
from evalsite.results.estimates import estimate_study
from evalsite.results.joining import HumanQuantity, Measured, ResultTable
from evalsite.results.provenance import describe_source
from evalsite.results.queries import (
    correlate,
    count_exclusions,
    count_sessions,
    leading_quantity,
    tabulate,
)
from evalsite.results.ranking import Ranked, rank
from evalsite.results.scope import Scope
from evalsite.studies.models import Study


class ChoiceSerializer(Input):
    """Whose answers count, and what metrics are compared with."""

    simulated = serializers.BooleanField(default=False, help_text="Whether simulated raters count too.")
    inattentive = serializers.BooleanField(
        default=False, help_text="Whether raters who failed the attention check count too."
    )
    version = serializers.CharField(
        default="",
        max_length=200,
        help_text="Versions to hold: a number, several such as `1,2`, or `all` that can be pooled; "
        "if not given, the newest that somebody answered to the end.",
    )
    human = serializers.CharField(
        default="",
        max_length=200,
        help_text="Key of the human quantity for the agreement; the first with a direction if not given.",
    )


class SessionCountsSerializer(Output):
    """Sessions by kind and how far they came."""

    live = serializers.IntegerField()
    live_completed = serializers.IntegerField()
    live_failed_qualification = serializers.IntegerField()
    live_failed_attention = serializers.IntegerField()
    simulated = serializers.IntegerField()
    simulated_completed = serializers.IntegerField()
    imported = serializers.IntegerField()


class ListedResultSerializer(serializers.ModelSerializer[Study]):
    """A study with how many answered it."""

    sessions = serializers.SerializerMethodField()

    class Meta:
        model = Study
        fields = ("slug", "title", "state", "source", "sessions")

    @extend_schema_field(SessionCountsSerializer)
    def get_sessions(self, study: Study) -> Any:
        """Counts by kind."""
        return SessionCountsSerializer(count_sessions(study)).data


class HumanQuantitySerializer(Output):
    """A column of human values."""

    key = serializers.CharField()
    quantity = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # kept apart from the field's own label
    blocks = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="Blocks of the protocol, from 1; those that ask the same are taken together.",
    )
    better = serializers.CharField(help_text="higher or lower, see `meaning`; empty if neither.")
    meaning = serializers.CharField(help_text="What the better end means, by the question asked.")
    unit = serializers.CharField(help_text="share, ms, z, logit or empty.")
    chance = Number(help_text="What guessing would give, where that is one number.")


class MachineQuantitySerializer(Output):
    """A column of metric values, under its honest name."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # kept apart from the field's own label
    better = serializers.CharField()
    note = serializers.CharField(help_text="Says so where its values were not measured alike; else empty.")


class EstimateSerializer(Output):
    """A human quantity with its 95 % intervals."""

    value = Number(help_text="Null where undefined; the note says why.")
    low = Number(help_text="For the generator: over new raters and new images of this checkpoint.")
    high = Number()
    low_these_images = Number(help_text="For these images: over new raters alone.")
    high_these_images = Number()
    n_raters = serializers.IntegerField()
    n_images = serializers.IntegerField(help_text="Images it rests on, of the source with the fewest.")
    n_trials = serializers.IntegerField()
    note = serializers.CharField()


class MeasuredSerializer(Output):
    """A metric quantity with what it rests on."""

    value = Number()
    std = Number()
    low = Number()
    high = Number()
    n_generated = serializers.IntegerField(allow_null=True)
    n_reference = serializers.IntegerField(allow_null=True)
    warnings = serializers.ListField(child=serializers.CharField())
    imported = serializers.SerializerMethodField(
        help_text="Where it was imported from; empty if measured here."
    )
    provenance = serializers.DictField()
    measured_at = serializers.DateTimeField(allow_null=True)

    def get_imported(self, value: Measured) -> str:
        """The source in one sentence."""
        return describe_source(value)


class RowSerializer(Output):
    """One condition, its values by the columns' keys; a value that there is none of has no key."""

    condition = serializers.CharField(help_text="`real` for the real images.")
    human = serializers.DictField(child=EstimateSerializer())
    metrics = serializers.DictField(child=MeasuredSerializer())


class DifferenceSerializer(Output):
    """Two conditions compared, adjusted for all pairs of the quantity."""

    condition = serializers.CharField(source="one")
    other = serializers.CharField()
    ratio = serializers.BooleanField(help_text="Whether the value is a ratio, else the first less the other.")
    value = Number()
    low = Number(help_text="Simultaneous 95 % interval: those of all pairs hold together. Null: no bound.")
    high = Number()
    p = Number(help_text="Adjusted for all pairs.")
    degrees = serializers.IntegerField(help_text="Degrees of freedom of this pair.")


class StandingSerializer(Output):
    """Where a condition stands among the others, as sure as all comparisons together are."""

    condition = serializers.CharField(source="row.condition")
    best = serializers.IntegerField(source="standing.best", help_text="Best rank that it may have.")
    worst = serializers.IntegerField(source="standing.worst", help_text="Worst rank that it may have.")
    letters = serializers.CharField(
        source="standing.letters", help_text="Conditions that share a letter may be equal."
    )


class OverallSerializer(Output):
    """An estimate of a whole block, which belongs to no condition."""

    quantity = HumanQuantitySerializer()
    estimate = EstimateSerializer()


class CorrelationSerializer(Output):
    """A coefficient from -1 to 1 over the conditions as measured; null where undefined."""

    value = Number()
    low = Number(help_text="Bounds of its 95 % interval; null below ten conditions.")
    high = Number()
    p = Number(help_text="Below ten conditions, the exact two-sided p over all orders; else null.")


class FreedSerializer(Output):
    """Pearson's r freed of the errors of both sides; null below ten conditions."""

    value = Number(help_text="It may lie beyond -1 and 1 by chance.")
    low = Number()
    high = Number()
    human_reliability = Number(help_text="Share of the variance of people's values that is not error.")
    metric_reliability = Number(help_text="The same of the metric; a lower bound where `shared`.")
    shared = serializers.BooleanField(
        help_text="Whether the metric's errors share a reference set: the value is not corrected for them."
    )
    note = serializers.CharField()


class AgreementSerializer(Output):
    """How far a metric orders and spaces the conditions as people do."""

    metric = serializers.CharField(help_text="Key of the metric's column.")
    human = serializers.CharField(source="human.key", help_text="Key of the human column.")
    n = serializers.IntegerField(source="found.n", help_text="Conditions that have both values.")
    spearman = CorrelationSerializer(source="found.spearman")
    pearson = CorrelationSerializer(source="found.pearson")
    kendall = CorrelationSerializer(source="found.kendall")
    freed = FreedSerializer(source="found.freed")
    note = serializers.CharField(source="found.note")


class ExclusionSerializer(Output):
    """What a check of raters came to."""

    check = serializers.CharField(source="watch.name", help_text="`qualification` or `attention`.")
    failed = serializers.IntegerField()
    passed = serializers.IntegerField()
    unknown = serializers.IntegerField(help_text="Raters whom it could not judge; they count.")
    alarm = serializers.CharField(help_text="What must be said of many failures, or empty.")


class VersionUseSerializer(Output):
    """A version that somebody answered, and whether these results hold it."""

    number = serializers.IntegerField()
    raters = serializers.IntegerField(help_text="Who answered it to the end.")
    under_way = serializers.IntegerField()
    held = serializers.BooleanField()
    bars = serializers.ListField(
        child=serializers.CharField(),
        help_text="Why its answers can't be pooled with those of the version that is read.",
    )
    changes = serializers.ListField(
        child=serializers.CharField(), help_text="What differed for raters from that version."
    )


class ResultSerializer(Output):
    """A study's results."""

    study = serializers.CharField()
    version = serializers.IntegerField(
        allow_null=True, help_text="Version that results are read by; null for a draft."
    )
    version_digest = serializers.CharField(allow_null=True)
    versions = VersionUseSerializer(many=True, help_text="What is held and what is left out, with n and why.")
    simulated = serializers.BooleanField(help_text="Whether simulated raters are counted.")
    inattentive = serializers.BooleanField(
        help_text="Whether raters who failed the attention check are counted."
    )
    sessions = SessionCountsSerializer()
    exclusions = ExclusionSerializer(many=True)
    human = HumanQuantitySerializer(many=True)
    metrics = MachineQuantitySerializer(many=True)
    rows = RowSerializer(many=True)
    overall = OverallSerializer(many=True)
    ranking = StandingSerializer(
        many=True, help_text="By the human quantity asked for, the best first; empty if it has no better end."
    )
    comparisons = DifferenceSerializer(many=True, help_text="All differences by that quantity.")
    not_compared = serializers.ListField(
        child=serializers.CharField(), help_text="Conditions with too few raters or images, or no variance."
    )
    agreement = AgreementSerializer(many=True)
    facts = serializers.ListField(
        child=serializers.CharField(), help_text="What follows from the blocks' params."
    )


class ResultViewSet(ReadOnlyModelViewSet[Study]):
    """The table that everything is collected for, study by study."""

    queryset = Study.objects.order_by("slug")
    serializer_class = ListedResultSerializer
    filterset_class = StudyFilter
    lookup_field = "slug"
    lookup_value_converter = "slug"

    @extend_schema(parameters=[ChoiceSerializer], responses=ResultSerializer)
    def retrieve(self, request: Request, *_: Any, **__: Any) -> Response:
        """Estimates with intervals and n beside metric values, and how far the two agree."""
        choice = ChoiceSerializer(data=request.query_params.dict())
        choice.is_valid(raise_exception=True)
        asked = choice.validated_data
        scope = Scope(
            self.get_object(),
            simulated=asked["simulated"],
            inattentive=asked["inattentive"],
            asked=asked["version"],
        )
        return Response(ResultSerializer(_study_results(scope, asked["human"])).data)


def _study_results(scope: Scope, human: str) -> dict[str, Any]:
    """The study's results as plain data and dataclasses. Raises ``UnknownQuantityError``."""
    table = tabulate(scope)
    leading = table.human_quantity(human) if human else leading_quantity(table)
    agreements = correlate(scope, table, leading)
    family = table.families.get(leading.key) if leading else None
    return {
        "study": scope.study.slug,
        "version": scope.version and scope.version.number,
        "version_digest": scope.version and scope.version.digest,
        "versions": scope.uses,
        "simulated": scope.simulated,
        "inattentive": scope.inattentive,
        "sessions": count_sessions(scope.study, scope.held),
        "exclusions": count_exclusions(scope),
        "human": table.human,
        "metrics": table.metrics,
        "rows": table.rows,
        "overall": [{"quantity": quantity, "estimate": found} for quantity, found in table.overall],
        "ranking": _ranking(table, leading),
        "comparisons": family.differences if family else [],
        "not_compared": family.left_out if family else [],
        "agreement": [
            {"metric": metric, "human": leading, "found": found} for metric, found in agreements.items()
        ],
        "facts": [fact for pool in estimate_study(scope) for fact in pool.facts],
    }


def _ranking(table: ResultTable, leading: HumanQuantity | None) -> list[Ranked]:
    if leading is None or not leading.better:
        return []
    return [found for found in rank(table, leading) if found.standing]
