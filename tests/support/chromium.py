"""Chromium for the tests that look at pages; loaded as a plugin by the root conftest."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = os.environ.get("EVALSITE_CHROMIUM", "/usr/bin/chromium")
REQUIRED = os.environ.get("EVALSITE_REQUIRE_BROWSER") == "1"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Chromium its tests are left out, or fail where it is required."""
    if Path(CHROMIUM).exists() or REQUIRED:
        return
    reason = f"There is no Chromium at {CHROMIUM}; install Debian's chromium or set EVALSITE_CHROMIUM."
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests; each takes contexts of its own."""
    assert Path(CHROMIUM).exists(), f"EVALSITE_REQUIRE_BROWSER is set and there is no Chromium at {CHROMIUM}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
