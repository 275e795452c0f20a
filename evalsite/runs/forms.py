"""What staff fill in to start background work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Any, TypeVar

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from evalsite.runs import catalogue, services, state_dict_form
from evalsite.runs.errors import InvalidRequestError
from evalsite.samples.models import SampleSet

NAME_LENGTH = 120
HIGHEST_SEED = 2**63 - 1
Given = TypeVar("Given")
Read = TypeVar("Read")


def _number(lowest: int, highest: int, usual: int, help_text: str, *, label: str = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label or None,
        min_value=lowest,
        max_value=highest,
        initial=usual,
        help_text=help_text,
        widget=UnfoldAdminIntegerFieldWidget,
    )


class SamplingForm(forms.Form):
    """Draw a sample set from a checkpoint."""

    count = _number(
        1,
        services.MAX_SAMPLES,
        512,
        "FID wants 2,048 or more; a study needs only as many as raters see.",
        label="Number of images",
    )
    seed = _number(0, HIGHEST_SEED, 0, "Same seed, same images.")
    name = forms.CharField(
        max_length=NAME_LENGTH,
        required=False,
        help_text="Name of the new sample set; left empty, it says checkpoint, count and seed.",
        widget=UnfoldAdminTextInputWidget,
    )


class InspectionForm(forms.Form):
    """Look inside a checkpoint's generator."""

    seed = _number(0, HIGHEST_SEED, 0, "Same seed, same pictures.")
    steps = _number(
        2,
        services.MAX_STEPS,
        9,
        "From one image to another, and from end to end of a dimension.",
        label="Steps per interpolation",
    )
    dimensions = _number(
        1,
        services.MAX_DIMENSIONS,
        10,
        "How many of the latent's dimensions are gone through, from the first on.",
        label="Dimensions",
    )
    sample_set = forms.ModelChoiceField(
        label="Given images",
        queryset=SampleSet.objects.none(),
        required=False,
        help_text="The generator comes as near as it can to the first images of this set, seconds for each.",
        widget=UnfoldAdminSelectWidget,
    )
    sought = _number(1, services.MAX_SOUGHT, 4, "How many of them it tries.", label="Images looked for")
    state = forms.FileField(
        label="Training's state",
        required=False,
        help_text=(
            "The state.safetensors that the training wrote beside the checkpoint: its critic or "
            "discriminator scores the given images and generated ones. Nothing of the file is run."
        ),
        widget=UnfoldAdminFileFieldWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["sample_set"]
        choice.queryset = SampleSet.objects.filter(count__gt=0)

    def clean_state(self) -> Any:
        """Refuse what is too large."""
        return _small_enough(self.cleaned_data["state"])

    def request(self) -> dict[str, Any]:
        """What `services.request_inspection` takes, but for checkpoint and time."""
        file = self.cleaned_data["state"]
        return {**self.cleaned_data, "state": file.read() if file else b""}


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
    seed = _number(0, HIGHEST_SEED, 0, "For metrics that draw subsets.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = SampleSet.objects.filter(count__gt=0)
        metrics = [(one.name, f"{one.summary} ({one.name})") for one in catalogue.measurable().values()]
        extractors = [(one.name, one.title) for one in catalogue.extractors().values()]
        self._field("sample_set").queryset = held
        self._field("reference_set").queryset = held.references()
        self._field("metrics").choices = metrics
        self._field("extractor").choices = [("", "each metric's own"), *extractors]

    def clean_metrics(self) -> list[str]:
        """The names in the catalogue's order."""
        return [name for name in catalogue.measurable() if name in self.cleaned_data["metrics"]]

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
            "A checkpoint saved by ganmodels (.safetensors), a StyleGAN2 pickle (.pkl), or the state dict of "
            "a model named below (.pt, .pth, .ckpt, .safetensors). The worker looks into the file and runs "
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

    model = forms.ChoiceField(
        label="Model of a state dict",
        required=False,
        help_text="Leave it open for files that say themselves what they hold.",
        widget=UnfoldAdminSelectWidget,
    )
    settings = forms.CharField(
        label="Settings of the model",
        max_length=state_dict_form.MAX_LENGTH,
        required=False,
        help_text="Those it was trained with that are not the model's own: one name=value a line, or JSON.",
        widget=UnfoldAdminTextareaWidget,
    )
    image_shape = forms.CharField(
        max_length=40,
        required=False,
        help_text="Of a state dict's images: channels, height, width, such as 3x32x32.",
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["model"]
        choice.choices = [("", "the file says it"), *((name, name) for name in catalogue.models())]

    def clean_settings(self) -> dict[str, str]:
        """The settings by name."""
        return _checked(state_dict_form.read_settings, self.cleaned_data["settings"])

    def clean_image_shape(self) -> list[int]:
        """Channels, height, width; empty where nothing was said."""
        return _checked(state_dict_form.read_shape, self.cleaned_data["image_shape"])

    def clean_file(self) -> Any:
        """Refuse what is too large."""
        return _small_enough(self.cleaned_data["file"])

    def clean(self) -> dict[str, Any]:
        """Name the checkpoint after its file if nobody did; what is told of a state dict belongs together."""
        cleaned = super().clean() or {}
        if cleaned.get("file") and not cleaned.get("name"):
            cleaned["name"] = PurePath(cleaned["file"].name).stem[:NAME_LENGTH]
        if cleaned.get("model") and not cleaned.get("image_shape") and "image_shape" not in self.errors:
            self.add_error("image_shape", "A state dict does not say its images' shape; give it.")
        if not cleaned.get("model") and (cleaned.get("settings") or cleaned.get("image_shape")):
            self.add_error("model", "Settings and shape are of a state dict; choose its model, too.")
        return cleaned

    def request(self) -> dict[str, Any]:
        """What `services.request_registration` takes, but for the time."""
        given = self.cleaned_data
        parts = {name: given[name] for name in ("model", "settings", "image_shape")}
        return {
            "data": given["file"].read(),
            "name": given["name"],
            "told": parts if parts["model"] else None,
        }


def _small_enough(file: Any) -> Any:
    if file:
        _checked(services.check_upload_size, file.size)
    return file


def _checked(check: Callable[[Given], Read], given: Given) -> Read:
    try:
        return check(given)
    except InvalidRequestError as error:
        raise forms.ValidationError(str(error)) from error
