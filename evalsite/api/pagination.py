"""Long lists in pages: by offset where rows can be counted, by a cursor where they are too many."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Model, Q
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination, LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

if TYPE_CHECKING:
    from rest_framework.views import APIView

PAGE = 100
MOST = 1000
FARTHEST = 2**31 - 1


class Pages(LimitOffsetPagination):
    """``?limit=`` and ``?offset=``; a value that is no such number is refused, not passed over."""

    parameters = ("limit", "offset")
    default_limit = PAGE
    max_limit = MOST

    def get_limit(self, request: Request) -> int:
        """Rows of a page."""
        return whole(request.query_params, "limit", PAGE, 1, MOST)

    def get_offset(self, request: Request) -> int:
        """Rows before it."""
        return whole(request.query_params, "offset", 0, 0, FARTHEST)

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """The two parameters with their ranges."""
        return [
            query_parameter("limit", f"Rows of a page; {PAGE} if not given.", minimum=1, maximum=MOST),
            query_parameter("offset", "Rows before the page.", minimum=0, maximum=FARTHEST),
        ]


class ReceivedPages(BasePagination):
    """``?limit=`` and ``?cursor=``, in the order in which rows were received.

    A row's place is the pair of its time and its id, so that imports, whose rows all have one time, are paged
    through as well, and a page costs the same however far behind it is.
    """

    parameters = ("limit", "cursor")
    time = "received_at"

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        """The rows after the cursor."""
        self.address = request.build_absolute_uri()
        limit = whole(request.query_params, "limit", PAGE, 1, MOST)
        if cursor := request.query_params.get("cursor"):
            queryset = queryset.filter(self._after(*_read_cursor(cursor)))
        rows = list(queryset.order_by(self.time, "pk")[: limit + 1])
        self.last = rows[limit - 1] if len(rows) > limit else None
        return rows[:limit]

    def get_paginated_response(self, data: Any) -> Response:
        """The rows with the address of the next page; null on the last."""
        return Response({"next": self._next(), "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The shape of a page."""
        address = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {"next": address, "results": schema},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """The two parameters."""
        return [
            query_parameter("limit", f"Rows of a page; {PAGE} if not given.", minimum=1, maximum=MOST),
            query_parameter("cursor", "Place to go on from, as the page before gave it in `next`.", "string"),
        ]

    def _after(self, time: datetime, key: UUID) -> Q:
        return Q(**{f"{self.time}__gt": time}) | Q(**{self.time: time, "pk__gt": key})

    def _next(self) -> str | None:
        if self.last is None:
            return None
        return str(replace_query_param(self.address, "cursor", _write_cursor(self.last, self.time)))


def whole(params: Mapping[str, str], name: str, default: int, lowest: int, highest: int) -> int:
    """A whole number from the address. Raises ``ValidationError`` if it is none or out of range."""
    text = params.get(name, str(default))
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1
    if not lowest <= number <= highest:
        raise ValidationError(
            {name: f"{text[:40]!r} was given; give a whole number from {lowest:,} to {highest:,}."}
        )
    return number


def query_parameter(name: str, description: str, kind: str = "integer", **limits: int) -> dict[str, Any]:
    """A parameter as OpenAPI describes it."""
    schema = {"type": kind, **limits}
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _write_cursor(row: Model, time: str) -> str:
    place = f"{getattr(row, time).isoformat()}|{row.pk}"
    return base64.urlsafe_b64encode(place.encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        time, _, key = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        place = datetime.fromisoformat(time), UUID(key)
        if place[0].tzinfo is None:
            raise ValueError("a time without a zone")
    except (binascii.Error, ValueError):
        raise ValidationError(
            {"cursor": "This is no place in the list; take the address that the page before gave in 'next'."}
        ) from None
    return place
