"""Every page that a rater sees, checked by axe at both sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from tests.support.rater import ARMED, CODE, Rater
from tests.support.site_server import SiteServer

OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="session")
def axe() -> Axe:
    return Axe()


def faults(axe: Axe, page: Page) -> Iterator[str]:
    """What axe finds wrong, one sentence each, and whether the page is wider than the window."""
    for violation in axe.run(page, options=OPTIONS).response["violations"]:
        yield f"{violation['id']}: {violation['help']}: {violation['nodes'][0]['html'][:200]}"
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        yield "the page is wider than the window"


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_every_page_of_a_session(new_rater: Callable[..., Rater], axe: Axe, size: str) -> None:
    rater = new_rater("pages", size)
    page = rater.page
    found: dict[str, list[str]] = {}

    def look(name: str) -> None:
        found[name] = list(faults(axe, page))

    page.get_by_role("button", name="I agree and take part").wait_for(timeout=30_000)
    look("consent")
    rater.begin()
    look("instructions")
    seen = set()
    while (turn := rater.wait_for_turn()) != "end":
        if turn == "block":
            rater.start_block()
            continue
        kind = page.locator(f"{ARMED} .answer").count(), page.inner_text(".stage-instruction") != ""
        if kind not in seen:
            look(f"trial {kind}")
            seen.add(kind)
        rater.answer_by_key()
    page.wait_for_selector(CODE)
    look("end")
    assert {name: said for name, said in found.items() if said} == {}
    assert {(2, False), (2, True), (3, False)} <= seen


@pytest.mark.parametrize("size", ["laptop", "phone"])
@pytest.mark.parametrize("path", ["/timing/", "/r/no-such-study/"])
def test_pages_outside_a_session(
    site: SiteServer, new_context: Callable[[str], BrowserContext], axe: Axe, path: str, size: str
) -> None:
    page = new_context(size).new_page()
    page.goto(site.url + path)
    assert list(faults(axe, page)) == []
