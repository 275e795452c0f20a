"""Addresses of jobs."""

from __future__ import annotations

from django.urls import URLPattern, path

from evalsite.jobs import views

app_name = "jobs"
urlpatterns: list[URLPattern] = [
    path("<int:pk>/", views.panel, name="panel"),
    path("<int:pk>/cell/", views.cell, name="cell"),
    path("<int:pk>/state/", views.state, name="state"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("<int:pk>/retry/", views.retry, name="retry"),
]
