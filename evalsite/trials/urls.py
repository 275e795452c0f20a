"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from evalsite.trials import views

app_name = "trials"
urlpatterns = [
    path("r/<slug:slug>/", views.arrive, name="arrive"),
    path("r/<slug:slug>/consent", views.agree, name="agree"),
    path("r/<slug:slug>/preview/", views.preview, name="preview"),
    path("s/<uuid:session_id>/", views.rater, name="rater"),
    path("s/<uuid:session_id>/state", views.state, name="state"),
    path("s/<uuid:session_id>/consent", views.consent, name="consent"),
    path("s/<uuid:session_id>/device", views.device, name="device"),
    path("s/<uuid:session_id>/begin", views.begin, name="begin"),
    path("s/<uuid:session_id>/block", views.block, name="block"),
    path("s/<uuid:session_id>/responses", views.responses, name="responses"),
    path("s/<uuid:session_id>/set-aside", views.set_aside, name="set_aside"),
    path("s/<uuid:session_id>/complete", views.complete, name="complete"),
    path("s/<uuid:session_id>/stimuli/<str:name>.png", views.stimulus, name="stimulus"),
    path("timing/", views.timing, name="timing"),
]
