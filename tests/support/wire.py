"""What a rater's browser would send, for tests that speak to the site without one."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

Json = dict[str, Any]
PERIOD_MS = 1000 / 60


def device(**changes: object) -> Json:
    """A laptop at 60 Hz."""
    return {
        "period_ms": PERIOD_MS,
        "refresh_hz": 60.0,
        "stable": True,
        "user_agent": "Tests/1.0",
        "browser": "Tests",
        "os": "Linux",
        "screen_width_px": 1366,
        "screen_height_px": 768,
        "window_width_px": 1366,
        "window_height_px": 700,
        "room_width_px": 1334,
        "room_height_px": 490,
        "device_pixel_ratio": 1.0,
        "dark_theme": False,
        "touch": False,
        "language": "en",
    } | changes


def exposure(asked_ms: float | None, **changes: object) -> Json:
    """A flash as planned."""
    frames = max(1, round((asked_ms or 500) / PERIOD_MS))
    return {
        "asked_ms": asked_ms,
        "period_ms": PERIOD_MS,
        "planned_frames": None if asked_ms is None else frames,
        "achieved_frames": frames,
        "onset_ms": 1000.0,
        "offset_ms": 1000.0 + frames * PERIOD_MS,
        "shown_ms": frames * PERIOD_MS,
        "dropped_frames": 0,
        "visible": True,
        "focused": True,
        "full_screen": False,
        "device_pixel_ratio": 1.0,
        "css_px": 256,
        "natural_px": 64,
        "refresh_hz": 60.0,
        "stable": True,
    } | changes


def submission(trial: Json, answer: str = "real", *, payload: Json | None = None, **changes: object) -> Json:
    """An answer to a delivered trial, its flash as planned unless ``exposures`` says otherwise."""
    shown = payload or trial["payload"]
    return {
        "id": str(uuid4()),
        "trial": trial["trial"],
        "answer": {"answer": answer},
        "rt_ms": 640.5,
        "exposures": [exposure(shown["exposure_ms"])],
        "answered_at": "2026-01-01T10:00:00+00:00",
    } | changes


def config_of(page: str) -> Json:
    """What a rater's page is told by the site."""
    found = re.search(r'id="rater-config"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found, page
    return json.loads(found.group(1))
