"""How the API says no: one table of domain errors, one shape ``{"error": sentence, "next": what to do}``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rest_framework import serializers, status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from evalsite.jobs.errors import JobStateError
from evalsite.results.errors import UnknownQuantityError, UnknownVersionError
from evalsite.runs.errors import InvalidRequestError, UnknownNameError

STATUS: dict[type[Exception], int] = {
    InvalidRequestError: status.HTTP_400_BAD_REQUEST,
    UnknownNameError: status.HTTP_400_BAD_REQUEST,
    UnknownQuantityError: status.HTTP_400_BAD_REQUEST,
    UnknownVersionError: status.HTTP_400_BAD_REQUEST,
    JobStateError: status.HTTP_409_CONFLICT,
}
"""What each domain error is in the API; what is not here is a fault of ours."""

NEXT: dict[int, str] = {
    400: "Correct what the sentence names and send the request again; nothing was changed.",
    401: "Get a token by POST /api/token/ and send it as 'Authorization: Token …', or log in at /admin/.",
    403: "Ask whoever runs the site for the role that the request needs.",
    404: "Check the address; /api/ lists what there is.",
    405: "See /api/docs/ for what this address takes.",
    406: "Accept application/json.",
    409: "Read it again and go by the state it is in; nothing was changed.",
    415: "Send JSON with the header 'Content-Type: application/json'.",
    429: "Wait as many seconds as the header Retry-After says, then send the request again.",
}


class ErrorSerializer(serializers.Serializer[Any]):
    """What every refused request is answered with."""

    error = serializers.CharField(help_text="What was wrong, in a sentence.")
    next = serializers.CharField(help_text="What to do about it.")
    fields = serializers.DictField(  # type: ignore[assignment]  # REST framework keeps declared fields elsewhere
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="Sentences by parameter or field, where the request was malformed.",
    )


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The response to an exception; None for a fault of ours, which Django then logs and answers."""
    for kind, code in STATUS.items():
        if isinstance(error, kind):
            return Response({"error": str(error), "next": NEXT[code]}, status=code)
    response = exception_handler(error, context)
    if response is not None:
        response.data = _describe(error, response)
    return response


def _describe(error: Exception, response: Response) -> dict[str, Any]:
    next_step = NEXT.get(response.status_code, NEXT[400])
    if not isinstance(error, ValidationError):
        sentence = error.detail if isinstance(error, APIException) else response.data["detail"]
        return {"error": str(sentence), "next": next_step}
    fields: dict[str, list[str]] = {}
    for name, sentence in _flatten(response.data):
        fields.setdefault(name, []).append(sentence)
    sentences = [f"{name}: {' '.join(said)}" if name else " ".join(said) for name, said in fields.items()]
    return {"error": " ".join(sentences), "next": next_step, "fields": fields}


def _flatten(found: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The sentences of a validation error, each with the dotted name of its field; empty for the whole."""
    if isinstance(found, dict):
        for key, part in found.items():
            inner = "" if key == "non_field_errors" else str(key)
            yield from _flatten(part, f"{name}.{inner}" if name and inner else name or inner)
    elif isinstance(found, list):
        for part in found:
            yield from _flatten(part, name)
    else:
        yield name, str(found)
