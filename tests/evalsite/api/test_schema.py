"""The description is whole and true: generated requests are answered as it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import booleans
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from evalsite.runs.models import MetricRun
from evalsite.studies.models import Study
from evalsite.trials.models import Response, Session

pytestmark = pytest.mark.django_db

CHECKS = [
    schemathesis.checks.not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
EXAMPLES = 12


@pytest.fixture
def description(api: Any) -> dict[str, Any]:
    return dict(api.get("/api/schema/").json())


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for address, methods in description["paths"].items():
        for method, operation in methods.items():
            yield address, method, operation


def test_it_is_made_without_a_warning(tmp_path: Any) -> None:
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(tmp_path / "schema.yml"))


def test_it_holds_every_resource_and_changes_little(description: dict[str, Any]) -> None:
    changing = {(at, method) for at, method, _ in operations(description) if method != "get"}
    assert changing == {
        ("/api/metric-runs/", "post"),
        ("/api/metric-runs/{id}/cancel/", "post"),
        ("/api/token/", "post"),
        ("/api/token/", "delete"),
    }
    assert {at.split("/")[2] for at, *_ in operations(description)} == {
        "sample-sets", "studies", "sessions", "responses", "metric-runs", "results", "token",
    }  # fmt: skip


def test_every_operation_says_how_it_refuses(description: dict[str, Any]) -> None:
    for at, method, operation in operations(description):
        declared = set(operation["responses"])
        assert declared >= {"401", "403", "429"}, (at, method)
        assert ("404" in declared) == ("{" in at), (at, method)
        asks = "requestBody" in operation or any(p["in"] == "query" for p in operation.get("parameters", ()))
        assert ("400" in declared) == asks, (at, method)
        assert operation["description"], (at, method)


@pytest.fixture
def app(description: dict[str, Any]) -> Iterator[Any]:
    """The site's own WSGI application, kept from closing the connection, and so the test's transaction.

    After the description is asked for: the test client does the same and puts things back behind itself.
    """
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield get_wsgi_application()
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture
def there(answered: Study, runs: dict[str, MetricRun]) -> dict[str, Any]:
    """By resource, the key of something that is there."""
    session = Session.objects.filter(kind="live").first()
    response = Response.objects.filter(session=session).first()
    assert session is not None
    assert response is not None
    return {
        "sample-sets": answered.reference_set_id,
        "studies": answered.slug,
        "sessions": str(session.pk),
        "responses": str(response.pk),
        "metric-runs": runs["waiting"].pk,
        "results": answered.slug,
    }


@pytest.mark.slow
def test_generated_requests_are_answered_as_described(
    there: dict[str, Any], description: dict[str, Any], app: Any
) -> None:
    whole = schemathesis.openapi.from_dict(description)
    whole.app = app
    found = [one.ok() for one in whole.exclude(path="/api/token/").get_all_operations()]
    assert len(found) == 15
    for operation in found:
        _try(operation, there[operation.path.split("/")[2]])


def _try(operation: Any, key: Any) -> None:
    """Requests that fit the description, half of them to what is there."""

    @seed(0)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), known=booleans())
    def ask(case: Any, known: bool) -> None:
        if known:
            case.path_parameters.update(dict.fromkeys(case.path_parameters, key))
        case.call_and_validate(headers={"Authorization": "Token researcher"}, checks=CHECKS)

    ask()
