"""Rooms of the site that only tests install: packages that `evalsite` finds beside its own."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
COUNTING = "evalsite.counting_room"
