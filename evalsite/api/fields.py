"""Parts of serializers that several resources share."""

from __future__ import annotations

import math
from typing import Any

from rest_framework import serializers

from evalsite.api.filters import refuse_unknown


class Number(serializers.FloatField):
    """A number of any size; one that JSON can't write (infinite, undefined) is null."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"allow_null": True, "read_only": True, **kwargs})

    def to_representation(self, value: Any) -> Any:
        """The number, or None."""
        return float(value) if math.isfinite(value) else None


class Output(serializers.Serializer[Any]):
    """What is only ever written, from plain data or dataclasses."""


class Input(serializers.Serializer[Any]):
    """What is only ever read; a field of another name is refused rather than passed over."""

    def to_internal_value(self, data: Any) -> Any:
        """The values. Raises ``ValidationError``."""
        if isinstance(data, dict):
            refuse_unknown(data, list(self.fields))
        return super().to_internal_value(data)
