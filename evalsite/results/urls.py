"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from evalsite.results import views
from evalsite.results.plots.charts import FORMATS


class ImageFormat:
    """``png`` or ``svg`` at the end of an address."""

    regex = "|".join(FORMATS)

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


register_converter(ImageFormat, "image_format")

app_name = "results"
urlpatterns: list[URLPattern] = [
    path("", views.index, name="index"),
    path("<slug:slug>/", views.study, name="study"),
    path("<slug:slug>/progress/", views.progress, name="progress"),
    path("<slug:slug>/plots/<slug:name>.json", views.plot_json, name="plot-json"),
    path("<slug:slug>/plots/<slug:name>.<image_format:image_format>", views.plot_file, name="plot-file"),
    path("<slug:slug>/export/codebook.csv", views.codebook_csv, name="codebook"),
    path("<slug:slug>/export/codebook.json", views.codebook_json, name="codebook-json"),
    path("<slug:slug>/export/<slug:name>.csv", views.table, name="table"),
]
