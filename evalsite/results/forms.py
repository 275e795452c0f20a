"""What a results page is asked for in its address."""

from __future__ import annotations

from typing import Any

from django import forms

from evalsite.results.plots.of_study import Asked


class ChoiceForm(forms.Form):
    """Which quantities a page or plot is about, and whose answers count. Nothing is required."""

    simulated = forms.BooleanField(required=False)
    inattentive = forms.BooleanField(required=False)
    human = forms.CharField(required=False)
    metric = forms.CharField(required=False)
    version = forms.CharField(required=False)

    @property
    def counted(self) -> dict[str, Any]:
        """Whose answers count: what a `Scope` takes beside its study."""
        counted = {name: self.cleaned_data[name] for name in ("simulated", "inattentive")}
        return {**counted, "asked": self.cleaned_data["version"]}

    @property
    def asked(self) -> Asked:
        """The quantities asked for."""
        return Asked(human=self.cleaned_data["human"], metric=self.cleaned_data["metric"])
