"""What the fields of a message may hold: the type, its bounds, and what an error says is expected."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from evalsite.studies.planning import MAX_EXPOSURES

MAX_RESPONSES = 100
MAX_TEXT = 1000
MAX_NUMBER = 10**15
MAX_POSITION = 2**24 - 1
MAX_ANSWER = 32_000
"""Characters of an answer's JSON: the names of as many images as a trial may show, with room for more."""

TEXT = f"text of at most {MAX_TEXT} characters"

Text = Annotated[str, Meta(max_length=MAX_TEXT, description=TEXT)]
Flag = Annotated[bool, Meta(description="true or false")]
Number = Annotated[float, Meta(ge=-MAX_NUMBER, le=MAX_NUMBER, description="a number from -1e15 to 1e15")]
Above0 = Annotated[float, Meta(gt=0, le=MAX_NUMBER, description="a number above 0, up to 1e15")]
Duration = Annotated[float, Meta(ge=0, le=MAX_NUMBER, description="0 to 1e15 milliseconds")]
Whole = Annotated[int, Meta(ge=-MAX_NUMBER, le=MAX_NUMBER, description="a whole number (no decimal point)")]
Position = Annotated[int, Meta(ge=0, le=MAX_POSITION, description="a trial's number, 0 or more")]
AnswerId = Annotated[UUID, Meta(description="a version-4 UUID; make one per answer")]
AnswerData = Annotated[dict[str, Any], Meta(description=f"a JSON object of at most {MAX_ANSWER} characters")]
Moment = Annotated[datetime, Meta(tz=True, description="an ISO 8601 time with a zone")]
AtMostExposures = Meta(max_length=MAX_EXPOSURES, description=f"a list of at most {MAX_EXPOSURES} records")
AtMostResponses = Meta(
    min_length=1, max_length=MAX_RESPONSES, description=f"a list of 1 to {MAX_RESPONSES} answers"
)
