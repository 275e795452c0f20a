"""What a results page is asked for in its address."""

from __future__ import annotations

from django import forms

from evalsite.results.plots.of_study import Asked


class ChoiceForm(forms.Form):
    """Which quantities a page or plot is about, and whose answers count. Nothing is required."""

    simulated = forms.BooleanField(required=False)
    inattentive = forms.BooleanField(required=False)
    human = forms.CharField(required=False)
    metric = forms.CharField(required=False)

    @property
    def counted(self) -> dict[str, bool]:
        """Who counts beside people who attended."""
        return {name: self.cleaned_data[name] for name in ("simulated", "inattentive")}

    @property
    def asked(self) -> Asked:
        """The quantities asked for."""
        return Asked(human=self.cleaned_data["human"], metric=self.cleaned_data["metric"])
