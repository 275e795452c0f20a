"""Reading what a rater's browser sends: strict in shape and size, silent about everything else."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, get_type_hints
from uuid import UUID, uuid4

from django.core import signing
from django.http import QueryDict

from evalsite.trials.errors import MalformedRequestError
from evalsite.trials.models import Session
from evalsite.trials.quality import Exposure
from evalsite.trials.wire.messages import Device, Submission, UnreadableSubmission

MAX_BODY_BYTES = 1024 * 1024
MAX_RESPONSES = 100
MAX_EXPOSURES = 20
MAX_TEXT = 1000
MAX_NUMBER = 1e15
MAX_POSITION = 2**24 - 1
SIMULATION_PASS_SECONDS = 24 * 3600
VISIT_SECONDS = 24 * 3600
"""How long a consent page can be answered."""

Json = dict[str, Any]
Reader = Callable[[object, str], Any]


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


def make_simulation_pass() -> str:
    """A parameter by which a request from this site's own command says that its rater is simulated."""
    return signing.dumps(SIMULATED, salt=SIMULATED)


def make_visit(slug: str) -> str:
    """A new name for a consent page of the study, signed, so that nobody can name another's session."""
    return signing.dumps(uuid4().hex, salt=f"visit:{slug}")


def read_answered_welcome(data: Json, slug: str) -> tuple[bool, UUID]:
    """Whether the rater agreed, and on which consent page. Raises ``MalformedRequestError``."""
    _expect_keys(data, {"agreed", "visit"}, "consent")
    try:
        visit = signing.loads(_text(data["visit"], "visit"), salt=f"visit:{slug}", max_age=VISIT_SECONDS)
    except signing.BadSignature:
        raise MalformedRequestError("This page is too old, or it is not from this site.") from None
    return _boolean(data["agreed"], "agreed"), UUID(hex=visit)


def read_body(body: bytes, content_type: str) -> Json:
    """The JSON object in a request's body. Raises ``MalformedRequestError`` for anything else."""
    if content_type != "application/json":
        raise MalformedRequestError(f"The request was {content_type or 'untyped'}; send application/json.")
    if len(body) > MAX_BODY_BYTES:
        raise MalformedRequestError(f"The request had {len(body)} bytes; send at most {MAX_BODY_BYTES}.")
    try:
        data = json.loads(body)
        storable = b"\\u0000" not in json.dumps(data, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise MalformedRequestError("The request is not JSON; send a JSON object.") from error
    if not isinstance(data, dict) or not storable:
        raise MalformedRequestError("The request is not a JSON object; send one.")
    return data


def read_consent(data: Json) -> bool:
    """Whether the rater agreed."""
    _expect_keys(data, {"agreed"}, "consent")
    return _boolean(data["agreed"], "agreed")


def read_nothing(data: Json) -> None:
    """Check that a request without content has none."""
    _expect_keys(data, set(), "the request")


def read_trial(data: Json) -> int:
    """The number of the trial that a request is about."""
    _expect_keys(data, {"trial"}, "the request")
    return _position(data["trial"])


def read_device(data: Json) -> Device:
    """The rater's device."""
    device: Device = _read_record(Device, data, "device")
    if device.period_ms <= 0 or device.refresh_hz <= 0:
        raise MalformedRequestError("period_ms and refresh_hz were not above 0; measure the screen again.")
    return device


def read_submissions(data: Json) -> list[Submission | UnreadableSubmission]:
    """The answers of one request; one that is malformed stands as such among the others."""
    _expect_keys(data, {"responses"}, "the request")
    responses = data["responses"]
    if not isinstance(responses, list) or not 1 <= len(responses) <= MAX_RESPONSES:
        raise MalformedRequestError(
            f"responses was not a list of 1 to {MAX_RESPONSES} answers; send them so."
        )
    return [_read_submission_or_error(response) for response in responses]


def _read_submission_or_error(data: object) -> Submission | UnreadableSubmission:
    try:
        return read_submission(data)
    except MalformedRequestError as error:
        name = data.get("id") if isinstance(data, dict) else None
        return UnreadableSubmission(name[:36] if isinstance(name, str) else "", str(error))


def read_submission(data: object) -> Submission:
    """One answer. Raises ``MalformedRequestError`` naming the field."""
    if not isinstance(data, dict):
        raise MalformedRequestError("An answer was not a JSON object; send one.")
    _expect_keys(data, {"id", "trial", "answer", "rt_ms", "exposures", "answered_at"}, "an answer")
    exposures = data["exposures"]
    if not isinstance(exposures, list) or len(exposures) > MAX_EXPOSURES:
        raise MalformedRequestError(
            f"exposures was not a list of at most {MAX_EXPOSURES} records; send them so."
        )
    return Submission(
        id=_uuid4(data["id"]),
        trial=_position(data["trial"]),
        answer=_answer(data["answer"]),
        rt_ms=_duration(data["rt_ms"], "rt_ms"),
        exposures=tuple(_read_exposure(exposure) for exposure in exposures),
        answered_at=_moment(data["answered_at"]),
    )


def _read_exposure(data: object) -> Exposure:
    exposure: Exposure = _read_record(Exposure, data, "an exposure")
    if exposure.period_ms <= 0:
        raise MalformedRequestError(f"period_ms was {exposure.period_ms}; expected more than 0.")
    return exposure


def _read_record(record: type[Any], data: object, what: str) -> Any:
    if not isinstance(data, dict):
        raise MalformedRequestError(f"{what} was not a JSON object; send one.")
    readers = _FIELDS[record]
    _expect_keys(data, readers.keys(), what)
    return record(**{name: read(data[name], name) for name, read in readers.items()})


def _field_readers(record: type[Any]) -> dict[str, Reader]:
    """How each field of a record is read, from its type."""
    hints = get_type_hints(record)
    return {field.name: _READERS[hints[field.name]] for field in fields(record)}


def _expect_keys(data: Mapping[str, Any], names: Set[str], what: str) -> None:
    if data.keys() == names:
        return
    if missing := sorted(names - set(data)):
        raise MalformedRequestError(f"{what} lacks {missing[0]}; send {', '.join(sorted(names))}.")
    if unknown := sorted(set(data) - names):
        raise MalformedRequestError(f"{what} has an unknown field {unknown[0][:40]!r}; leave it out.")


def _boolean(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        raise MalformedRequestError(f"{name} was not true or false; send one of them.")
    return value


def _number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not _small(value):
        raise MalformedRequestError(f"{name} was not a finite number; send one.")
    return float(value)


def _whole(value: object, name: str) -> int:
    number = _number(value, name)
    if number != math.floor(number):
        raise MalformedRequestError(f"{name} was {number:g}; send a whole number.")
    return int(number)


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT or "\0" in value:
        raise MalformedRequestError(f"{name} was not text of at most {MAX_TEXT} characters; send such.")
    return value


def _duration(value: object, name: str) -> float:
    number = _number(value, name)
    if number < 0:
        raise MalformedRequestError(f"{name} was {number:g}; expected 0 or more milliseconds.")
    return number


def _position(value: object) -> int:
    number = _whole(value, "trial")
    if not 0 <= number <= MAX_POSITION:
        raise MalformedRequestError(f"trial was {number}; expected a trial's number.")
    return number


def _uuid4(value: object) -> UUID:
    try:
        parsed = UUID(value) if isinstance(value, str) else None
    except ValueError:
        parsed = None
    if parsed is None or parsed.version != 4:
        raise MalformedRequestError("id was not a version-4 UUID; make one per answer.")
    return parsed


def _answer(value: object) -> Json:
    if not isinstance(value, dict) or len(json.dumps(value)) > MAX_TEXT:
        raise MalformedRequestError(
            f"answer was not a JSON object of at most {MAX_TEXT} characters; send such."
        )
    return value


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        moment = moment.astimezone(UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise MalformedRequestError("answered_at was not an ISO 8601 time with a zone; send such.")
    return moment


def _or_null(read: Reader) -> Reader:
    return lambda value, name: None if value is None else read(value, name)


def _small(value: float) -> bool:
    return abs(value) <= MAX_NUMBER  # false for NaN and infinities


_READERS: dict[Any, Reader] = {
    bool: _boolean,
    float: _number,
    int: _whole,
    str: _text,
    float | None: _or_null(_number),
    int | None: _or_null(_whole),
}
_FIELDS: dict[type[Any], dict[str, Reader]] = {
    record: _field_readers(record) for record in (Device, Exposure)
}
