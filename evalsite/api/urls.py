"""Addresses of this room."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.views.decorators import staff_member_required
from django.urls import path, re_path
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.routers import APIRootView, DefaultRouter
from rest_framework.views import APIView

from evalsite.api.metric_runs import MetricRunViewSet
from evalsite.api.permissions import IsStaff
from evalsite.api.responses import ResponseViewSet
from evalsite.api.results import ResultViewSet
from evalsite.api.sample_sets import SampleSetViewSet
from evalsite.api.schema import DocsView, SchemaView
from evalsite.api.sessions import SessionViewSet
from evalsite.api.studies import StudyViewSet
from evalsite.api.tokens import TokenView


class RootView(APIRootView):
    """The lists that there are."""

    permission_classes = (IsStaff,)


class NowhereView(APIView):
    """Any other address, so that programs are told in JSON as well."""

    permission_classes = (IsStaff,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Tell the staff that there is nothing, and strangers not even that."""
        super().initial(request, *args, **kwargs)
        raise NotFound("There is nothing at this address.")


class Router(DefaultRouter):
    """Addresses by converters, so that one that can't exist is 404, whatever the database makes of it."""

    APIRootView = RootView
    include_format_suffixes = False


router = Router(use_regex_path=False)
router.register("sample-sets", SampleSetViewSet, "sample-sets")
router.register("studies", StudyViewSet, "studies")
router.register("sessions", SessionViewSet, "sessions")
router.register("responses", ResponseViewSet, "responses")
router.register("metric-runs", MetricRunViewSet, "metric-runs")
router.register("results", ResultViewSet, "results")

app_name = "api"
urlpatterns = [
    *router.urls,
    path("token/", TokenView.as_view(), name="token"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", staff_member_required(DocsView.as_view(), login_url="admin:login"), name="docs"),
    re_path(r"^.*/$", NowhereView.as_view()),  # without the slash, Django adds it and comes again
]
