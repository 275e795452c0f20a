"""The results pages in Chromium: plots are drawn under the site's policy, and pages fit and read well."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from evalsite.runs.records import import_values

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = {"laptop": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def study(make_study, answer, now):
    study = make_study(conditions=("gan", "vae", "wgan_gp"), trials=24)
    answer(study, 4)
    for number, condition in enumerate(study.conditions.all()):
        import_values(
            sample_set=condition.sample_set, values={"fid": 40.0 - 9 * number, "recall": 0.1 * number},
            provenance={"source": "theirs.csv", "digest": "ab" * 32}, now=now,
        )  # fmt: skip
    return study


@pytest.fixture
def page(chromium, live_server, admin_client, settings, request):
    """A researcher's page; whatever its console calls an error fails the test."""
    context = chromium.new_context(viewport=SIZES[request.param], base_url=live_server.url)
    cookie = admin_client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def faults(page):
    for violation in Axe().run(page, options=OPTIONS).response["violations"]:
        yield f"{violation['id']}: {violation['nodes'][0]['html'][:200]}"
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        yield "the page is wider than the window"


@pytest.mark.parametrize("page", SIZES, indirect=True)
def test_every_plot_is_drawn_and_every_page_reads_well(page, study):
    page.goto("/results/flash/")
    plots = page.locator("[data-plot]")
    assert plots.count() == 4
    for i in range(4):
        plots.nth(i).locator(".main-svg .point").first.wait_for(state="attached", timeout=30_000)
    # ranking, three rates, scatter, and one bar of exposures that all lasted 100 ms
    assert [plots.nth(i).locator(".point").count() for i in range(4)] == [3, 9, 3, 1]
    assert list(faults(page)) == []
    page.goto("/results/")
    assert list(faults(page)) == []


@pytest.mark.parametrize("page", ["laptop"], indirect=True)
def test_a_choice_shows_at_once(page, study):
    page.goto("/results/flash/")
    page.select_option("[name=metric]", "recall")
    page.wait_for_url("**/results/flash/?*metric=recall*")
    assert page.locator("[data-plot*='metric=recall']").count() == 4
    page.locator("[data-caption]", has_text="Spearman").wait_for(timeout=30_000)
