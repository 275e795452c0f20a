"""Addresses of the site."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("results/", include("evalsite.results.urls")),
    path("jobs/", include("evalsite.jobs.urls")),
    path("runs/", include("evalsite.runs.urls")),
    path("api/", include("evalsite.api.urls")),
    path("", include("evalsite.launch.urls")),
    path("", include("evalsite.trials.urls")),
]

handler500 = "evalsite.outage.fault"
