"""A study from the admin's empty form to the CSV, and a checkpoint from its file into the same table.

One story, told once: a researcher sets it up in a real browser, a rater answers by keyboard, a checkpoint is
sampled and measured by commands, and what was typed is found in results and exports.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page

from tests.support.rater import Rater
from tests.support.site_server import ROOT, SiteServer

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "a long enough one"
SLUG = "clothes"
TRIALS = 8
CHECKPOINT = ROOT / "ganmodels" / "zoo" / "gan_fashion_mnist.safetensors"
ADD_USER = (
    f"from django.contrib.auth.models import User; User.objects.create_superuser('ada', '', '{PASSWORD}')"
)


@dataclass
class Story:
    """The site, the researcher's page, and what the rater typed."""

    site: SiteServer
    researcher: Page
    typed: list[str]

    def csv(self, what: str) -> pd.DataFrame:
        return pd.read_csv(io.StringIO(self.site.manage("export", SLUG, what)))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Story]:
    site = SiteServer(tmp_path_factory.mktemp("journey"))
    site.prepare([])
    site.manage("shell", "--verbosity", "0", "--command", ADD_USER)
    site.manage("sample", str(CHECKPOINT), "--count", "64", "--seed", "0", "--name", "gan samples")
    site.start()
    researcher = chromium.new_context(viewport={"width": 1366, "height": 768}).new_page()
    rater = chromium.new_context(viewport={"width": 1366, "height": 768}).new_page()
    _sign_in(researcher, site)
    _set_up(researcher, site)
    typed = _answer(rater, site)
    site.manage(
        "evaluate",
        "gan samples",
        "--reference",
        "discs",
        "--metrics",
        "kid",
        "--extractor",
        "efficientnet_lite0",
    )
    yield Story(site, researcher, typed)
    researcher.context.close()
    rater.context.close()
    site.kill()


def _sign_in(page: Page, site: SiteServer) -> None:
    page.goto(f"{site.url}/admin/login/?next=/admin/")
    page.fill("#id_username", "ada")
    page.fill("#id_password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**/admin/")


def _set_up(page: Page, site: SiteServer) -> None:
    page.goto(f"{site.url}/admin/studies/study/add/")
    page.fill("#id_title", "Which clothes are real?")
    page.keyboard.press("Tab")  # leaving the title proposes a name, which the next line replaces
    page.fill("#id_slug", SLUG)
    page.select_option("#id_reference_set", label="discs")
    page.fill("#id_conditions-0-name", "gan")
    page.select_option("#id_conditions-0-sample_set", label="gan samples")
    page.select_option("#id_blocks-0-task", "rapid_scene")
    page.fill("#id_blocks-0-trials_per_block", str(TRIALS))
    page.fill("#id_blocks-0-practice_trials", "1")
    page.click("button[name=_continue]")
    page.get_by_role("link", name="Set params").click()
    page.fill("#id_param_fixation_ms", "100")
    page.fill("#id_param_exposure_ms", "120")
    page.click("button[name=_save]")
    page.get_by_role("link", name="Open").first.click()
    page.get_by_role("button", name="Open to raters").click()
    page.get_by_text("Raters can come").wait_for()


def _answer(page: Page, site: SiteServer) -> list[str]:
    rater = Rater(page, site)
    rater.arrive(SLUG)
    rater.begin()
    assert rater.finish()
    return rater.typed


def test_what_was_typed_is_what_was_stored(story: Story) -> None:
    trials = story.csv("trials")
    assert trials["judged"].tolist() == story.typed
    assert (trials["trial_kind"] == "scored").sum() >= TRIALS
    assert set(trials["truth"]) == {"real", "generated"}


def test_each_row_names_its_version_and_what_the_screen_did(story: Story) -> None:
    trials = story.csv("trials")
    versions = story.site.rows("select digest from studies_studyversion where number = 1")
    assert set(trials["version_digest"]) == {versions[0]["digest"]}
    valid = trials[trials["valid"]]
    assert (valid["planned_frames"] == valid["achieved_frames"]).all()
    assert valid["asked_ms"].eq(120).all()


def test_the_estimate_is_the_share_that_the_rater_judged_wrongly(story: Story) -> None:
    trials = story.csv("trials")
    counted = trials[trials["valid"] & (trials["trial_kind"] == "scored")]
    by_truth = 1 - counted.groupby("truth")["correct"].mean()
    estimates = story.csv("estimates").query("condition == 'gan'").set_index("quantity")["value"]
    assert estimates["deception_rate_generated"] == pytest.approx(by_truth["generated"])
    assert estimates["deception_rate_real"] == pytest.approx(by_truth["real"])


def test_people_and_machine_stand_in_one_table(story: Story) -> None:
    joined = story.csv("joined")
    row = joined[joined["condition"] == "gan"]
    assert len(row) >= 1
    page = story.researcher
    page.goto(f"{story.site.url}/results/{SLUG}/")
    table = page.locator("table").first.inner_text()
    assert "gan" in table
    assert "Kernel distance (EfficientNet-Lite0)".lower() in table.lower()
    assert "deception rate" in table


def test_the_plot_is_drawn_under_the_sites_policy(story: Story) -> None:
    page = story.researcher
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(f"{story.site.url}/results/{SLUG}/")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    assert [error for error in errors if "Content Security Policy" in error] == []


def test_the_buttons_download_the_same_csv_as_the_command(story: Story) -> None:
    page = story.researcher
    page.goto(f"{story.site.url}/results/{SLUG}/")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="trials.csv").click()
    assert waiting.value.path().read_text() == story.site.manage("export", SLUG, "trials")
