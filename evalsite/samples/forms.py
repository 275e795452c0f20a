"""The form by which a file of images comes in through the admin."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from evalsite.samples.models import SampleSet

MAX_UPLOAD_BYTES = 512 * 1024**2
SUFFIXES = (".zip", ".npz")


class UploadForm(forms.ModelForm):
    """A new sample set from an uploaded zip or npz file."""

    file = forms.FileField(
        label="File",
        widget=UnfoldAdminFileFieldWidget,
        help_text=(
            "A .zip of images, or an .npz with arr_0 (uint8, NHWC). Folders in a zip become class labels; a "
            "metadata.csv or metadata.jsonl beside the images (with a column file_name) gives labels, "
            "prompts and any other facts."
        ),
    )

    class Meta:
        model = SampleSet
        fields = ("name", "kind", "origin", "attribution")
        widgets: ClassVar = {
            "name": UnfoldAdminTextInputWidget,
            "kind": UnfoldAdminSelectWidget,
            "origin": UnfoldAdminTextInputWidget,
            "attribution": UnfoldAdminTextareaWidget,
        }

    def clean_file(self) -> UploadedFile[Any]:
        """Refuse what is neither a zip nor an npz file, or too large for a request."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if PurePath(str(file.name)).suffix.lower() not in SUFFIXES:
            raise forms.ValidationError(
                f"{file.name} is neither a .zip nor an .npz file; pack the images in one."
            )
        if (file.size or 0) > MAX_UPLOAD_BYTES:
            raise forms.ValidationError(
                f"{file.name} is over {MAX_UPLOAD_BYTES} bytes; import it with manage.py import_images."
            )
        return file
