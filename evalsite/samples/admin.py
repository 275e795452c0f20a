"""Sample sets in the admin: what they hold, their images as thumbnails, and a way in for archives."""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePath
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.text import Truncator
from unfold.admin import ModelAdmin
from unfold.decorators import display

from evalsite.samples.encoding import encode_thumbnail
from evalsite.samples.errors import REFUSALS, FaultyFileError
from evalsite.samples.forms import UploadForm
from evalsite.samples.models import SampleImage, SampleSet
from evalsite.samples.selectors import FactColumn, describe_facts, describe_images
from evalsite.samples.services import ImportSummary, import_sample_set
from evalsite.samples.storage import store

IMAGES_PER_PAGE = 120
THUMBNAIL_PX = 96
_EXAMPLE_LENGTH = 80
_KIND_COLOURS = {"reference": "success", "generated": "info"}


@admin.register(SampleSet)
class SampleSetAdmin(ModelAdmin):
    """Sample sets; what defines one is never edited."""

    list_display = ("name", "kind_label", "count", "checkpoint", "created_at")
    list_filter = ("kind",)
    list_select_related = ("checkpoint",)
    search_fields = ("name", "origin", "manifest_digest")
    fieldsets: ClassVar = [
        (
            None,
            {"fields": ("name", "kind", "count", "labels", "facts", "conversions", "refused", "warnings")},
        ),
        ("Where it comes from", {"fields": ("origin", "attribution", "checkpoint", "seed", "created_at")}),
        ("Identity", {"fields": ("manifest_digest", "settings")}),
    ]
    readonly_fields = (
        "name", "kind", "count", "labels", "facts", "conversions", "refused", "warnings", "checkpoint",
        "seed", "created_at", "manifest_digest", "settings",
    )  # fmt: skip
    change_form_outer_after_template = "samples/grid.html"  # type: ignore[assignment]  # unfold declares None

    class Media:
        css: ClassVar = {"all": ("css/admin.css",)}

    def get_urls(self) -> list[URLPattern]:
        """The admin's addresses and the thumbnails'."""
        thumbnails = path(
            "<int:sample_set_id>/images/<int:position>.png",
            self.admin_site.admin_view(self.thumbnail_view),
            name="samples_sampleset_thumbnail",
        )
        return [thumbnails, *super().get_urls()]

    def thumbnail_view(self, request: HttpRequest, sample_set_id: int, position: int) -> HttpResponse:
        """One image, small, for staff who may see sample sets."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        image = get_object_or_404(SampleImage, sample_set=sample_set_id, position=position)
        try:
            data = encode_thumbnail(store().read(image.sha256), side_px=THUMBNAIL_PX)
        except FaultyFileError as error:
            raise Http404(str(error)) from error
        return HttpResponse(
            data, content_type="image/png", headers={"Cache-Control": "private, max-age=86400"}
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The set's page, with a page of its images."""
        # None if there is none of that key, or it is no key: the page then says so itself.
        images = SampleImage.objects.filter(sample_set=self.get_object(request, object_id))
        page = Paginator(images.order_by("position"), IMAGES_PER_PAGE).get_page(request.GET.get("page"))
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "images": page})

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Import an archive; a set is never typed in by hand."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            try:
                summary = _import_upload(form.cleaned_data)
            except REFUSALS as error:
                form.add_error(None, str(error))
            else:
                self.log_addition(request, summary.sample_set, "Imported.")
                _tell(request, summary)
                return redirect("admin:samples_sampleset_change", summary.sample_set.pk)
        context = {
            **self.admin_site.each_context(request),
            "form": form,
            "opts": self.opts,
            "title": "Import images",
        }
        return TemplateResponse(request, "samples/upload.html", context, status=400 if form.errors else 200)

    @display(description="Kind", ordering="kind", label=_KIND_COLOURS)
    def kind_label(self, sample_set: SampleSet) -> tuple[str, str]:
        """The kind as a coloured label."""
        return sample_set.kind, sample_set.kind

    @display(description="Classes")
    def labels(self, sample_set: SampleSet) -> str:
        """The class labels with their counts."""
        return describe_images(sample_set, "label") or "none"

    @display(description="Facts")
    def facts(self, sample_set: SampleSet) -> str:
        """What is known of the images: each fact with its number of values and the commonest of them."""
        lines = ((_say_fact(column),) for column in describe_facts(sample_set))
        return format_html_join("", "<div>{}</div>", lines) or "none"

    @display(description="Converted")
    def conversions(self, sample_set: SampleSet) -> str:
        """The rules by which files were converted, with counts."""
        return describe_images(sample_set, "conversion") or "none"

    @display(description="Refused")
    def refused(self, sample_set: SampleSet) -> str:
        """Files that the import did not take."""
        refused = sample_set.settings.get("refused", [])
        return "; ".join(f"{name}: {reason}" for name, reason in refused) or "none"

    @display(description="Warnings")
    def warnings(self, sample_set: SampleSet) -> str:
        """What the import found that may be meant otherwise."""
        return " ".join(sample_set.settings.get("warnings", [])) or "none"


def _say_fact(column: FactColumn) -> str:
    """A fact in words, as ``prompt: 2 values (“a cat”, “a dog”)``."""
    named = [f"“{Truncator(value).chars(_EXAMPLE_LENGTH)}”" for value in column.examples]
    more = ["…"] if column.distinct > len(named) else []
    values = "1 value" if column.distinct == 1 else f"{column.distinct} values"
    missing = f"; none for {column.missing} of the images" if column.missing else ""
    return f"{column.name}: {values} ({', '.join([*named, *more])}){missing}"


def _import_upload(values: dict[str, Any]) -> ImportSummary:
    """Import an uploaded archive from a copy that has its suffix; the copy goes when this ends."""
    upload: UploadedFile[Any] = values["file"]
    name = PurePath(str(upload.name)).name
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / f"upload{PurePath(name).suffix.lower()}"
        with copy.open("wb") as file:
            file.writelines(upload.chunks())
        return import_sample_set(
            name=values["name"],
            kind=values["kind"],
            source=copy,
            now=timezone.now(),
            origin=values["origin"] or f"uploaded as {name}",
            attribution=values["attribution"],
        )


def _tell(request: HttpRequest, summary: ImportSummary) -> None:
    converted, refused = len(summary.converted), len(summary.refused)
    messages.success(
        request, f"Images imported: {summary.accepted}; converted: {converted}; refused: {refused}."
    )
    for warning in summary.warnings:
        messages.warning(request, warning)
    if refused:
        name, reason = summary.refused[0]
        messages.warning(request, f"Refused first: {name}, {reason}. All refused files are listed below.")
