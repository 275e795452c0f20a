"""A real server to look at, and raters who look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.rater import Rater
from tests.support.site_server import SiteServer

SIZES: dict[str, dict[str, Any]] = {
    "laptop": {"viewport": {"width": 1366, "height": 768}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}

RAPID = {"task": "rapid_scene", "params": {"fixation_ms": 50, "mask_ms": 60}}
STAIRCASE = {
    "task": "rapid_scene",
    "params": {"exposure": "staircase", "fixation_ms": 50, "staircase_start_ms": 200},
}
PAIRWISE = {
    "task": "pairwise",
    "params": {"compare": "real_vs_generated", "allow_tie": True, "fixation_ms": 50},
}
FLASHED_PAIRS = {
    "task": "pairwise",
    "params": {"compare": "both", "exposure_ms": 100, "fixation_ms": 50, "mask_ms": 60},
}
STILL = {"exposure": "unlimited", "fixation_ms": 0, "mask_ms": 0}
STUDIES: list[dict[str, Any]] = [
    {"slug": "short", "blocks": [{**RAPID, "trials": 4, "practice": 1}]},
    {"slug": "pages", "blocks": [{**RAPID, "trials": 2, "catch": 1}, {**PAIRWISE, "trials": 2}]},
    {
        "slug": "whole",
        "title": "Pictures",
        "blocks": [
            {**RAPID, "trials": 3, "practice": 1, "catch": 1},
            {**STAIRCASE, "trials": 3},
            {**PAIRWISE, "trials": 2},
        ],
    },
    {
        "slug": "sifted",
        "blocks": [
            {"task": "rapid_scene", "params": STILL, "trials": 4, "qualification": 0.65},
            {"task": "rapid_scene", "params": STILL, "trials": 2},
        ],
    },
    {"slug": "flashes", "blocks": [{**RAPID, "trials": 54}]},
    {"slug": "pairs", "blocks": [{**FLASHED_PAIRS, "trials": 6}]},
    {"slug": "still", "blocks": [{"task": "rapid_scene", "params": {"exposure": "unlimited"}, "trials": 2}]},
]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here looks at pages (tests/support/chromium.py says what that takes)."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteServer]:
    """A running site with the open studies of ``STUDIES``."""
    server = SiteServer(tmp_path_factory.mktemp("site"))
    server.prepare(STUDIES)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def new_context(chromium: Browser) -> Iterator[Callable[[str], BrowserContext]]:
    """Opens a browser profile of its own at one of ``SIZES``."""
    contexts: list[BrowserContext] = []

    def open_context(size: str = "laptop") -> BrowserContext:
        contexts.append(chromium.new_context(**SIZES[size]))
        return contexts[-1]

    yield open_context
    for context in contexts:
        context.close()


@pytest.fixture
def new_rater(site: SiteServer, new_context: Callable[[str], BrowserContext]) -> Callable[..., Rater]:
    """Sends a rater to a study's link; fails the test on any error of the page's own."""
    errors: list[str] = []

    def arrive(study: str, size: str = "laptop") -> Rater:
        page: Page = new_context(size).new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: _note(errors, message.type, message.text))
        rater = Rater(page, site)
        rater.arrive(study)
        return rater

    yield arrive
    assert errors == []


def _note(errors: list[str], kind: str, text: str) -> None:
    # Cut connections and images that are gone are what some tests make; all else is a fault of ours.
    if kind == "error" and "net::ERR_" not in text and "status of 410" not in text:
        errors.append(text)
