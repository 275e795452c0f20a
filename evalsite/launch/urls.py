"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from evalsite.launch import views

app_name = "launch"
urlpatterns = [path("", views.landing, name="landing")]
