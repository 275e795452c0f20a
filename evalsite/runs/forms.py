"""What staff fill in to start background work."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from evalsite.runs import declarations, services
from evalsite.samples.models import SampleSet

NAME_LENGTH = 120


class SamplingForm(forms.Form):
    """Draw a sample set from a checkpoint."""

    count = forms.IntegerField(
        label="Number of images",
        min_value=1,
        max_value=services.MAX_SAMPLES,
        initial=512,
        help_text="FID wants 2,048 or more; a study needs only as many as raters see.",
        widget=UnfoldAdminIntegerFieldWidget,
    )
    seed = forms.IntegerField(
        min_value=0,
        max_value=2**63 - 1,
        initial=0,
        help_text="Same seed, same images.",
        widget=UnfoldAdminIntegerFieldWidget,
    )
    name = forms.CharField(
        max_length=NAME_LENGTH,
        required=False,
        help_text="Name of the new sample set; left empty, it says checkpoint, count and seed.",
        widget=UnfoldAdminTextInputWidget,
    )


class EvaluationForm(forms.Form):
    """Measure a sample set."""

    sample_set = forms.ModelChoiceField(
        queryset=SampleSet.objects.none(), help_text="The images to measure.", widget=UnfoldAdminSelectWidget
    )
    reference_set = forms.ModelChoiceField(
        queryset=SampleSet.objects.none(),
        required=False,
        help_text="The real images to compare with.",
        widget=UnfoldAdminSelectWidget,
    )
    metrics = forms.MultipleChoiceField(widget=UnfoldAdminCheckboxSelectMultipleWidget)
    extractor = forms.ChoiceField(
        label="Feature extractor",
        required=False,
        help_text=(
            "The network whose features are compared. With another than its own, a metric is reported "
            "under a name that says so."
        ),
        widget=UnfoldAdminSelectWidget,
    )
    seed = forms.IntegerField(
        min_value=0,
        max_value=2**63 - 1,
        initial=0,
        help_text="For metrics that draw subsets.",
        widget=UnfoldAdminIntegerFieldWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = SampleSet.objects.filter(count__gt=0)
        metrics = [(one.name, f"{one.summary} ({one.name})") for one in declarations.measurable().values()]
        extractors = [(one.name, one.title) for one in declarations.extractors().values()]
        self._field("sample_set").queryset = held
        self._field("reference_set").queryset = held.references()
        self._field("metrics").choices = metrics
        self._field("extractor").choices = [("", "each metric's own"), *extractors]

    def clean_metrics(self) -> list[str]:
        """The names in the catalogue's order."""
        return [name for name in declarations.measurable() if name in self.cleaned_data["metrics"]]

    def request(self) -> dict[str, Any]:
        """What `services.request_evaluation` takes."""
        asked = dict(self.cleaned_data)
        return {"settings": {name: asked.pop(name) for name in ("extractor", "seed")}, **asked}

    def _field(self, name: str) -> Any:
        return self.fields[name]


class RegistrationForm(forms.Form):
    """Register a checkpoint by upload."""

    file = forms.FileField(
        help_text=(
            "A checkpoint saved by ganmodels (.safetensors), or a StyleGAN2 pickle (.pkl). Other state dicts "
            "are first converted: python -m ganmodels convert. The worker looks into the file and runs "
            "nothing of it; the page of the job says whether it was taken."
        ),
        widget=UnfoldAdminFileFieldWidget,
    )
    name = forms.CharField(
        max_length=NAME_LENGTH,
        required=False,
        help_text="Left empty, it is the file's name.",
        widget=UnfoldAdminTextInputWidget,
    )

    def clean_file(self) -> Any:
        """Refuse what is too large before it is read into memory."""
        file = self.cleaned_data["file"]
        if file.size > services.MAX_CHECKPOINT_BYTES:
            raise forms.ValidationError(services.too_large(file.size))
        return file

    def clean(self) -> dict[str, Any]:
        """Name the checkpoint after its file if nobody did."""
        cleaned = super().clean() or {}
        if cleaned.get("file") and not cleaned.get("name"):
            cleaned["name"] = cleaned["file"].name.removesuffix(".safetensors")[:NAME_LENGTH]
        return cleaned
