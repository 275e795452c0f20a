"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, path

from evalsite.runs import views

app_name = "runs"
urlpatterns: list[URLPattern] = [
    path("checkpoints/<int:pk>/", views.checkpoint_panel, name="checkpoint"),
    path(
        "checkpoints/<int:pk>/<slug:view>/<int:position>.png", views.view_picture, name="checkpoint-picture"
    ),
    path("metric-runs/<int:pk>/", views.run_panel, name="run"),
    path("metric-runs/<int:pk>/state/", views.run_state, name="run-state"),
]
