"""Filters of lists that refuse what they don't understand, since a filter passed over gives wrong rows."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError as FormError
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError

from evalsite.studies.models import Study
from evalsite.suggestions import did_you_mean

WORDS = {"true": True, "false": False}


class TrueFalseField(forms.NullBooleanField):
    """``true`` or ``false``; None if not given."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        """The value meant. Raises Django's ``ValidationError`` for any other word."""
        if value in self.empty_values:
            return None
        if value not in WORDS:
            raise FormError(f"{value!r} was given; give true or false.")
        return WORDS[value]


class TrueFalseFilter(django_filters.BooleanFilter):
    """Rows where a field is true, or false."""

    field_class = TrueFalseField


class CountedFilterSet(django_filters.FilterSet):
    """Rows of people, of simulated raters too where they are asked for: by themselves or as a kind."""

    kind_parameter = "kind"

    simulated = TrueFalseFilter(
        method="leave",
        help_text="Whether simulated raters' rows are listed too; otherwise only if their kind is asked for.",
    )

    def filter_queryset(self, queryset: Any) -> QuerySet[Any]:
        """Narrow to what counts, then to what each parameter asks for."""
        asked = self.form.cleaned_data
        simulated = asked["simulated"] or asked[self.kind_parameter] == "simulated"
        return super().filter_queryset(queryset.counted(simulated=bool(simulated)))

    def leave(self, queryset: QuerySet[Any], _name: str, _value: bool) -> QuerySet[Any]:
        """What `filter_queryset` has done already."""
        return queryset


class StudyFilter(django_filters.FilterSet):
    """Studies by state or source."""

    class Meta:
        model = Study
        fields = ("state", "source")


class StrictFilterBackend(DjangoFilterBackend):
    """Filters lists, and only lists; a parameter that the list does not know is refused."""

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """The rows asked for. Raises ``ValidationError``."""
        if view.action != "list":
            return queryset
        filters = getattr(self.get_filterset_class(view, queryset), "base_filters", {})
        refuse_unknown(request.query_params, [*filters, *view.paginator.parameters])
        return super().filter_queryset(request, queryset, view)


def refuse_unknown(given: Any, known: list[str]) -> None:
    """Check names of parameters or fields. Raises ``ValidationError`` with the likeliest meant one."""
    said = "There is nothing of that name; "
    wrong = {name: [said + did_you_mean(name, known)] for name in given if name not in known}
    if wrong:
        raise ValidationError(wrong)
