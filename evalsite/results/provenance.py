"""Where values come from, in sentences that stand beside them wherever they are shown. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from evalsite.results.joining import Measured

DIGEST_SHOWN = 12
SIMULATED = "Simulated raters are counted: programs, not people."
INATTENTIVE = "Raters who failed the attention check are counted."


def describe_import(what: str, provenance: Mapping[str, Any], when: datetime | None) -> str:
    """One sentence on an import: what, the file's name, its digest's beginning, the day."""
    digest = str(provenance.get("digest", ""))[:DIGEST_SHOWN]
    day = f" on {when.day} {when:%B %Y}" if when else ""
    return f"{what} from {provenance.get('source')}, SHA-256 {digest}…{day}."


def describe_source(value: Measured) -> str:
    """Where an imported metric value comes from, in one sentence; empty for what was measured here."""
    return describe_import("Imported", value.imported, value.measured_at) if value.imported else ""
