"""What this room's templates need besides Django's own tags."""

from __future__ import annotations

from django import template

from evalsite.runs.summaries import format_value

register = template.Library()


@register.filter
def significant(value: float) -> str:
    """A number to five significant digits."""
    return format_value(value)
