"""The rater's API on SQLite under 100 raters who answer at once, through a real server."""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.bench.rows import BenchRow
from tests.bench.site import STUDY, BenchSite

RATERS = 100
PACE_S = 2.0
"""Fixation, flash, mask and a quick answer take a person about so long."""
FRAME_MS = 1000 / 60
DEVICE = {
    "period_ms": FRAME_MS,
    "refresh_hz": 60.0,
    "stable": True,
    "user_agent": "bench",
    "browser": "bench",
    "os": "bench",
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
}
EXPOSURE = {
    "asked_ms": 100.0,
    "period_ms": FRAME_MS,
    "planned_frames": 6,
    "achieved_frames": 6,
    "onset_ms": 0.0,
    "offset_ms": 6 * FRAME_MS,
    "shown_ms": 6 * FRAME_MS,
    "dropped_frames": 0,
    "visible": True,
    "focused": True,
    "full_screen": False,
    "device_pixel_ratio": 1.0,
    "css_px": 256.0,
    "natural_px": 32.0,
    "refresh_hz": 60.0,
    "stable": True,
}


def rows() -> Iterator[BenchRow]:
    """Answers a second and the slowest percentile: as fast as they come back, then at people's pace."""
    yield _measure("without a pause", pause_s=0.0)
    yield _measure(f"an answer every {PACE_S:g} s", pause_s=PACE_S)


def _measure(how: str, *, pause_s: float) -> BenchRow:
    with tempfile.TemporaryDirectory() as folder:
        site = BenchSite(Path(folder))
        site.set_up()
        site.start()
        try:
            seconds, latencies = asyncio.run(_crowd(site.url, pause_s))
        finally:
            site.kill()
    p99 = statistics.quantiles(latencies, n=100)[98]
    return BenchRow(
        name=f"Rater API, SQLite, {RATERS} raters at once, {how}",
        ours=f"{len(latencies) / seconds:.0f} answers/s, "
        f"median {1000 * statistics.median(latencies):.0f} ms, p99 {1000 * p99:.0f} ms",
        peer="-",
        ratio=float("nan"),
        agreement=f"{len(latencies):,} answers, all stored once",
        target="no answer refused",
    )


async def _crowd(base: str, pause_s: float) -> tuple[float, list[float]]:
    """Seconds from the first answer to the last, and of each."""
    # A connection for each request: one kept open may be closed by the server just as it is used again,
    # which a rater's outbox retries and a measurement would have to explain.
    limits = httpx.Limits(max_connections=RATERS, max_keepalive_connections=0)
    transport = httpx.AsyncHTTPTransport(limits=limits)
    raters = [_Rater(base, transport) for _ in range(RATERS)]
    await asyncio.gather(*(rater.begin() for rater in raters))
    started = time.perf_counter()
    lags = [pause_s * number / RATERS for number in range(RATERS)]
    answered = await asyncio.gather(
        *(rater.answer(lag, pause_s) for rater, lag in zip(raters, lags, strict=True))
    )
    seconds = time.perf_counter() - started
    await transport.aclose()
    return seconds, [latency for own in answered for latency in own]


class _Rater:
    """One rater's way through the study, over HTTP as the browser goes it."""

    def __init__(self, base: str, transport: httpx.AsyncHTTPTransport) -> None:
        self.client = httpx.AsyncClient(
            base_url=base, transport=transport, timeout=60, follow_redirects=True, headers={"Referer": base}
        )
        self.urls: dict[str, str] = {}

    async def begin(self) -> None:
        """Arrive, consent, have the device checked."""
        welcome = _config((await self.client.get(f"/r/{STUDY}/")).text)
        self.client.headers["X-CSRFToken"] = welcome["csrf"]
        answer = {"agreed": True, "visit": welcome["visit"]}
        agreed = await self.client.post(welcome["urls"]["consent"], json=answer)
        self.urls = _config((await self.client.get(agreed.raise_for_status().json()["enter"])).text)["urls"]
        for action, body in (("device", DEVICE), ("begin", {})):
            (await self.client.post(self.urls[action], json=body)).raise_for_status()

    async def answer(self, lag_s: float, pause_s: float) -> list[float]:
        """Answer all trials, at a steady pace if there is one; how many seconds each answer took."""
        block = (await self.client.get(self.urls["block"])).json()
        await asyncio.sleep(lag_s)
        latencies = []
        for trial in block["trials"]:
            body = {"responses": [_submission(trial["trial"])]}
            sent = time.perf_counter()
            answer = (await self.client.post(self.urls["responses"], json=body)).json()
            latencies.append(time.perf_counter() - sent)
            if answer["results"][0]["status"] != "stored":
                raise RuntimeError(f"an answer was not stored: {answer}")
            await asyncio.sleep(max(pause_s - latencies[-1], 0.0))
        return latencies


def _config(page: str) -> dict[str, Any]:
    start = page.index(">", page.index('id="rater-config"')) + 1
    config: dict[str, Any] = json.loads(page[start : page.index("</script>", start)])
    return config


def _submission(trial: int) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "trial": trial,
        "answer": {"answer": "real"},
        "rt_ms": 500.0,
        "exposures": [EXPOSURE],
        "answered_at": "2026-01-01T00:00:00Z",
    }
