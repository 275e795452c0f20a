"""The page that shows the API works under the site's strict policy, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page


@pytest.fixture
def page(chromium: Browser, live_server: Any, staff: Any) -> Iterator[Page]:
    """A page of a browser in which the researcher is logged in; what its policy refuses is kept."""
    client = Client()
    client.force_login(staff["researcher"])
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    context = chromium.new_context(viewport={"width": 1366, "height": 900})
    context.add_cookies([cookie])
    yield context.new_page()
    context.close()


@pytest.mark.django_db
def test_the_page_has_a_way_back_to_the_site(admin_client: Client) -> None:
    page = admin_client.get("/api/docs/").content.decode()
    for address in ("/", "/results/", "/admin/"):
        assert f'href="{address}"' in page


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
    assert complaints == []
