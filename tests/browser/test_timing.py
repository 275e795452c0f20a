"""The timing check: flashes, a table, a file."""

from __future__ import annotations

import csv
from collections.abc import Callable

from playwright.sync_api import BrowserContext

from tests.support.site_server import SiteServer


def test_the_timing_check_shows_and_hands_out_its_records(
    site: SiteServer, new_context: Callable[[str], BrowserContext]
) -> None:
    page = new_context("laptop").new_page()
    page.goto(f"{site.url}/timing/")
    for name, value in {"exposure_ms": "50", "gap_ms": "50", "flashes": "20"}.items():
        page.fill(f"[name={name}]", value)
    page.get_by_role("button", name="Run").click()
    page.wait_for_selector("#timing-results:not([hidden])", timeout=30_000)
    counts = page.locator("#timing-rows tr td:nth-child(3)").all_inner_texts()
    assert sum(map(int, counts)) == 20
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the records").click()
    with download.value.path().open(newline="") as file:
        records = list(csv.DictReader(file))
    assert [int(record["flash"]) for record in records] == list(range(1, 21))
    for record in records:
        if record["dropped_frames"] == "0":
            assert record["achieved_frames"] == record["planned_frames"]


def test_escape_stops_the_timing_check(
    site: SiteServer, new_context: Callable[[str], BrowserContext]
) -> None:
    page = new_context("laptop").new_page()
    page.goto(f"{site.url}/timing/")
    page.get_by_role("button", name="Run").click()
    page.wait_for_timeout(3000)
    page.keyboard.press("Escape")
    page.wait_for_selector("#timing-results:not([hidden])", timeout=30_000)
    assert page.locator("#timing-stage").is_hidden()
