"""The OpenAPI description and the page that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from evalsite.api.permissions import IsStaff

ANYWHERE = {
    "401": "No token or login, or a wrong one.",
    "403": "The user's role does not go so far.",
    "429": "Too many requests.",
}
MALFORMED = {"400": "A parameter or field was malformed; the sentence names it."}
NOT_THERE = {"404": "There is nothing of that name."}
METHODS = ("get", "post", "put", "patch", "delete")


class SchemaView(SpectacularAPIView):
    """The OpenAPI description of this API."""

    renderer_classes = (OpenApiJsonRenderer2, OpenApiYamlRenderer)  # type: ignore[assignment]  # declared a list
    permission_classes = (IsStaff,)


class DocsView(SpectacularSwaggerSplitView):
    """The description to read and try out in a browser, without inline scripts or styles."""

    permission_classes = (IsStaff,)
    url_name = "api:schema"
    template_name = "api/docs.html"


def declare_errors(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook: every operation says how it refuses.

    The component ``Error`` itself comes of the operations that declare a refusal of their own.
    """
    for address, operation in _operations(result):
        for code, words in _refusals(address, operation).items():
            operation["responses"].setdefault(code, _response(words))
    return result


def _operations(result: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for address, methods in result["paths"].items():
        for method in METHODS:
            if method in methods:
                yield address, methods[method]


def _refusals(address: str, operation: dict[str, Any]) -> dict[str, str]:
    asks = "requestBody" in operation or any(p["in"] == "query" for p in operation.get("parameters", ()))
    return {**ANYWHERE, **(MALFORMED if asks else {}), **(NOT_THERE if "{" in address else {})}


def _response(words: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": words, "content": {"application/json": {"schema": schema}}}
