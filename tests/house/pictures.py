"""The README's screenshots, taken from a running demo.

``python -m tests.house.pictures http://127.0.0.1:8000 admin PASSWORD``
"""

from __future__ import annotations

import base64
import io
import sys
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops
from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.support.chromium import CHROMIUM, FLAGS

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
STAGE = {"width": 640, "height": 480}
DESK = {"width": 1500, "height": 1300}
ARMED = ".stage-answers.armed"
START = "button:has-text('Start'):enabled"
CHANGED = 400
"""So many pixels differ at least between two phases of a trial."""


def flash(page: Page, address: str) -> Image.Image:
    """Fixation, stimulus, mask and question of one trial, side by side, each as the screen had it."""
    page.goto(f"{address}/r/fashion-flash/")
    page.get_by_role("button", name="I agree and take part").click(timeout=30_000)
    page.wait_for_selector(START, timeout=30_000)
    frames: list[bytes] = []
    screen = page.context.new_cdp_session(page)
    screen.on("Page.screencastFrame", lambda frame: _keep(screen, frames, frame))
    screen.send("Page.startScreencast", {"format": "png", "everyNthFrame": 1})
    page.click(START)
    page.wait_for_selector(ARMED)
    page.wait_for_timeout(200)
    screen.send("Page.stopScreencast")
    shots = [Image.open(io.BytesIO(frame)).convert("RGB") for frame in frames]
    _start, _blank, fixation, stimulus, mask, *_masks, question = phases(shots)
    return side_by_side([fixation, stimulus, mask, question])


def _keep(screen: CDPSession, frames: list[bytes], frame: dict[str, Any]) -> None:
    frames.append(base64.b64decode(frame["data"]))
    screen.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})


def phases(shots: list[Image.Image]) -> list[Image.Image]:
    """The shots that differ from the one before, in order."""
    kept: list[Image.Image] = []
    for shot in shots:
        if not kept or differ(kept[-1], shot):
            kept.append(shot)
    return kept


def differ(before: Image.Image, after: Image.Image) -> bool:
    """Whether the phase has changed between two shots, and not just a button's shade."""
    return sum(ImageChops.difference(before, after).convert("L").histogram()[16:]) > CHANGED


def side_by_side(shots: list[Image.Image]) -> Image.Image:
    """Shots in two rows of two, with a thin line between."""
    width, height = shots[0].size
    sheet = Image.new("RGB", (2 * width + 8, 2 * height + 8), "white")
    for number, shot in enumerate(shots):
        sheet.paste(shot, (number % 2 * (width + 8), number // 2 * (height + 8)))
    return sheet


def results(page: Page, address: str, user: str, password: str) -> None:
    """The table of the flash study with its simulated raters, which the page says they are."""
    page.goto(f"{address}/admin/login/?next=/results/")
    page.fill("#id_username", user)
    page.fill("#id_password", password)
    page.click("button[type=submit]")
    page.wait_for_url("**/results/")
    page.goto(f"{address}/results/fashion-flash/?simulated=1")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    page.locator("section", has_text="Human ratings beside metrics").first.scroll_into_view_if_needed()
    page.screenshot(path=IMAGES / "results.png")


def main(address: str, user: str, password: str) -> None:
    """Take both."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        flash(browser.new_page(viewport=STAGE), address).save(IMAGES / "flash.png", optimize=True)
        results(browser.new_page(viewport=DESK), address, user, password)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
