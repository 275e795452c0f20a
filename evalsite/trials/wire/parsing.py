"""Reading what a rater's browser sends: strict in shape and size, silent about everything else."""

from __future__ import annotations

import re
import reprlib
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from uuid import UUID, uuid4

import msgspec
from django.core import signing
from django.http import QueryDict
from msgspec import Struct

from evalsite.trials.errors import MalformedRequestError
from evalsite.trials.models import Session
from evalsite.trials.naming import text_digest
from evalsite.trials.wire.fields import MAX_TEXT, TEXT
from evalsite.trials.wire.messages import (
    AnsweredWelcome,
    Consent,
    Device,
    Nothing,
    Responses,
    Submission,
    TrialRequest,
    UnreadableSubmission,
    Visit,
)

MAX_BODY_BYTES = 1024 * 1024
SIMULATION_PASS_SECONDS = 24 * 3600
VISIT_SECONDS = 24 * 3600
"""How long a consent page can be answered."""

Json = dict[str, Any]
T = TypeVar("T", bound=Struct)

SIMULATED = "simulated"
AGAIN = "again"


@dataclass(frozen=True)
class ArrivalRequest:
    """What the link to a study says: a rater as the recruiter knows one, or a simulated one with its pass.

    Args:
        query: The link's parameters.
        kind: Kind of session to begin.
        again: Whether another person takes part at the same browser; an ended session is not shown again.
    """

    query: dict[str, str]
    kind: str = Session.Kind.LIVE
    again: bool = False


def read_arrival(query: QueryDict) -> ArrivalRequest:
    """The parameters of a link to a study. Raises ``MalformedRequestError`` for a forged pass."""
    values = {name: _text(value, name[:40]) for name, value in query.dict().items()}
    if (simulation_pass := values.pop(SIMULATED, None)) is None:
        return ArrivalRequest(values, again=AGAIN in values)
    try:
        signing.loads(simulation_pass, salt=SIMULATED, max_age=SIMULATION_PASS_SECONDS)
    except signing.BadSignature:
        raise MalformedRequestError(
            "The pass for simulated raters is not from this site; make a new one."
        ) from None
    return ArrivalRequest(values, kind=Session.Kind.SIMULATED)


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT or "\0" in value:
        raise MalformedRequestError(f"{name} was not {TEXT}; send such.")
    return value


def make_simulation_pass() -> str:
    """A parameter by which a request from this site's own command says that its rater is simulated."""
    return signing.dumps(SIMULATED, salt=SIMULATED)


def make_visit(slug: str, consent: str) -> str:
    """A new visit to the study with this consent text, signed, so that nobody can name another's session."""
    return signing.dumps([uuid4().hex, text_digest(consent)], salt=f"visit:{slug}")


def read_answered_welcome(data: Json, slug: str) -> tuple[bool, Visit]:
    """Whether the rater agreed, and on which consent page. Raises ``MalformedRequestError``."""
    answered = _read(AnsweredWelcome, data, "consent")
    try:
        name, consent = signing.loads(answered.visit, salt=f"visit:{slug}", max_age=VISIT_SECONDS)
    except signing.BadSignature:
        raise MalformedRequestError(
            "This consent page is over a day old, or not from this site; open the link again."
        ) from None
    return answered.agreed, Visit(UUID(hex=name), consent)


def read_body(body: bytes, content_type: str) -> Json:
    """The JSON object in a request's body. Raises ``MalformedRequestError`` for anything else."""
    if content_type != "application/json":
        raise MalformedRequestError(f"The request was {content_type or 'untyped'}; send application/json.")
    if len(body) > MAX_BODY_BYTES:
        raise MalformedRequestError(f"The request had {len(body)} bytes; send at most {MAX_BODY_BYTES}.")
    try:
        data = msgspec.json.decode(body)
    except (ValueError, RecursionError) as error:
        raise MalformedRequestError("The request is not JSON; send a JSON object.") from error
    if not isinstance(data, dict):
        raise MalformedRequestError("The request is not a JSON object; send one.")
    if b"\\u0000" in body:  # a database can't store it
        raise MalformedRequestError("The request holds the character NUL; leave it out.")
    return data


def read_consent(data: Json) -> bool:
    """Whether the rater agreed."""
    return _read(Consent, data, "consent").agreed


def read_nothing(data: Json) -> None:
    """Check that a request without content has none."""
    _read(Nothing, data, "the request")


def read_trial(data: Json) -> int:
    """The number of the trial that a request is about."""
    return _read(TrialRequest, data, "the request").trial


def read_device(data: Json) -> Device:
    """The rater's device."""
    return _read(Device, data, "device")


def read_submissions(data: Json) -> list[Submission | UnreadableSubmission]:
    """The answers of one request; one that is malformed stands as such among the others."""
    return [_read_submission(answer) for answer in _read(Responses, data, "the request").responses]


def _read_submission(data: object) -> Submission | UnreadableSubmission:
    try:
        return _read(Submission, data, "an answer")
    except MalformedRequestError as error:
        name = data.get("id") if isinstance(data, dict) else None
        return UnreadableSubmission(name[:36] if isinstance(name, str) else "", str(error))


def _read(message: type[T], data: object, what: str) -> T:
    """The message that the data hold. Raises ``MalformedRequestError`` naming the field."""
    try:
        return msgspec.convert(data, message)
    except msgspec.ValidationError as error:
        raise MalformedRequestError(_explain(error, data, message, what)) from error
    except RecursionError as error:
        raise MalformedRequestError(f"{what} is nested too deeply; send a flatter one.") from error


def _explain(error: msgspec.ValidationError, data: Any, message: type[Struct], what: str) -> str:
    """What was given, what was expected and the next move, from what the reader says and where."""
    read = _ERROR.fullmatch(str(error))
    said, place = (read["said"], read["path"] or "") if read else (str(error), "")
    path = str(error.__cause__ or place.lstrip("."))
    if found := _KEY.fullmatch(said):
        if found["fault"] == "missing required":
            return f"{path or what} lacks {found['key']}; send it, too."
        return f"{path or what} has an unknown field {found['key'][:40]!r}; leave it out."
    for step in _STEP.findall(path):
        data = data[int(step) if step.isdigit() else step]
    expected = _expectations(message).get(path.rpartition(".")[2], "a JSON object")
    return f"{path or what} was {_BRIEF.repr(data)}; expected {expected}."


@cache
def _expectations(message: type[Struct]) -> dict[str, str]:
    """What each field of a message and of its records is to hold, in words."""
    _, schemas = msgspec.json.schema_components([message])
    return {
        name: " or ".join(choice.get("description", "null") for choice in field.get("anyOf", [field]))
        for schema in schemas.values()
        for name, field in schema["properties"].items()
    }


_ERROR = re.compile(r"(?P<said>.*?)(?: - at `\$(?P<path>(?:\.\w+|\[\d+\])*)`)?", re.DOTALL)
_BRIEF = reprlib.Repr()
_BRIEF.maxlevel, _BRIEF.maxstring, _BRIEF.maxother = 1, 60, 60
_STEP = re.compile(r"\w+")
_KEY = re.compile(r"Object (?P<fault>missing required|contains unknown) field `(?P<key>.*)`", re.DOTALL)
