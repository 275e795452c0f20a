"""The page that shows the API works under the site's strict policy, in a real browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

CHROMIUM = Path(os.environ.get("EVALSITE_CHROMIUM", "/usr/bin/chromium"))


@pytest.fixture
def page(live_server: Any, staff: Any) -> Any:
    """A page of a browser in which the researcher is logged in; what its policy refuses is kept."""
    if not CHROMIUM.exists() and os.environ.get("EVALSITE_REQUIRE_BROWSER") != "1":
        pytest.skip("needs Chromium")
    from playwright.sync_api import sync_playwright

    client = Client()
    client.force_login(staff["researcher"])
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1366, "height": 900})
        context.add_cookies([cookie])
        yield context.new_page()
        browser.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_page_lists_operations_and_runs_one(page: Any, live_server: Any, study: Any) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    answer = page.goto(f"{live_server.url}/api/docs/")
    assert "unsafe" not in answer.headers["content-security-policy"]
    page.get_by_text("/api/studies/", exact=True).first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.get_by_text('"slug": "flash"').first.wait_for()
    if shot := os.environ.get("EVALSITE_SHOT"):
        page.screenshot(path=shot)
    assert complaints == []
