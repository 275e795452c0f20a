"""What a results page is asked for in its address."""

from __future__ import annotations

from django import forms

from evalsite.results.plots.of_study import Asked


class ChoiceForm(forms.Form):
    """Which quantities a page or plot is about, and whether simulated raters count. Nothing is required."""

    simulated = forms.BooleanField(required=False)
    human = forms.CharField(required=False)
    metric = forms.CharField(required=False)

    @property
    def asked(self) -> Asked:
        """The quantities asked for."""
        return Asked(human=self.cleaned_data["human"], metric=self.cleaned_data["metric"])
