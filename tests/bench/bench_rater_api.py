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
    "device_pixel_ratio": 1.0,
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
    """Answers a second and the slowest percentile."""
    with tempfile.TemporaryDirectory() as folder:
        site = BenchSite(Path(folder))
        site.set_up()
        site.start()
        try:
            started = time.perf_counter()
            latencies = asyncio.run(_crowd(site.url))
            seconds = time.perf_counter() - started
        finally:
            site.kill()
    p99 = statistics.quantiles(latencies, n=100)[98]
    yield BenchRow(
        name=f"Rater API, SQLite, {RATERS} raters at once",
        ours=f"{len(latencies) / seconds:.0f} answers/s, "
        f"median {1000 * statistics.median(latencies):.0f} ms, p99 {1000 * p99:.0f} ms",
        peer="-",
        ratio=float("nan"),
        agreement=f"{len(latencies):,} answers, all stored once",
        target="no answer refused",
    )


async def _crowd(base: str) -> list[float]:
    # A connection for each request: one kept open may be closed by the server just as it is used again,
    # which a rater's outbox retries and a measurement would have to explain.
    limits = httpx.Limits(max_connections=RATERS, max_keepalive_connections=0)
    transport = httpx.AsyncHTTPTransport(limits=limits)
    latencies: list[float] = []
    await asyncio.gather(*(_rater(base, transport, latencies) for _ in range(RATERS)))
    await transport.aclose()
    return latencies


async def _rater(base: str, transport: httpx.AsyncHTTPTransport, latencies: list[float]) -> None:
    client = httpx.AsyncClient(base_url=base, transport=transport, timeout=60, follow_redirects=True)
    page = await client.get(f"/r/{STUDY}/")
    urls = _config(page.text)["urls"]
    client.headers.update({"X-CSRFToken": _config(page.text)["csrf"], "Referer": base})
    for deed, body in (("consent", {"agreed": True}), ("device", DEVICE), ("begin", {})):
        (await client.post(urls[deed], json=body)).raise_for_status()
    block = (await client.get(urls["block"])).json()
    for trial in block["trials"]:
        sent = time.perf_counter()
        answer = (
            await client.post(urls["responses"], json={"responses": [_submission(trial["trial"])]})
        ).json()
        latencies.append(time.perf_counter() - sent)
        if answer["results"][0]["status"] != "stored":
            raise RuntimeError(f"an answer was not stored: {answer}")


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
