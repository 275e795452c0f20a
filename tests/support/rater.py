"""A person at a browser, as Playwright plays one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.support.site_server import SiteServer

ARMED = ".stage-answers.armed"
START = "button:has-text('Start'):enabled"
CODE = ".code"
WAIT_MS = 30_000


@dataclass
class Rater:
    """Goes through a session; ``typed`` holds what it answered, in order."""

    page: Page
    site: SiteServer
    typed: list[str] = field(default_factory=list)
    _before: str = ""

    @property
    def session(self) -> str:
        """The session's id as the database writes it."""
        found = re.search(r"/s/([0-9a-f-]{36})/", self.page.url)
        assert found is not None, f"{self.page.url} is no session"
        return found[1].replace("-", "")

    def arrive(self, study: str) -> None:
        self.page.goto(f"{self.site.url}/r/{study}/")

    def begin(self) -> None:
        """From the first page to the instructions."""
        self.page.get_by_role("button", name="I agree and take part").click(timeout=WAIT_MS)
        unsteady = "button:has-text('Continue')"  # asked only where the screen refreshes unevenly
        self.page.wait_for_selector(f"{START}, {unsteady}", timeout=WAIT_MS)
        if self.page.query_selector(unsteady):
            self.page.click(unsteady)
        self.page.wait_for_selector(START, timeout=WAIT_MS)

    def wait_for_turn(self) -> str:
        """Wait for a trial's question, a block's page or the end; which of the three it is."""
        self.page.wait_for_selector(f"{ARMED}, {START}, {CODE}", timeout=WAIT_MS)
        for name, selector in (("end", CODE), ("block", START)):
            if self.page.query_selector(selector):
                return name
        return "trial"

    def start_block(self) -> None:
        self.page.click(START)

    def answer_by_key(self, index: int = 0) -> None:
        """Press the key of the answer at this place, from the left."""
        answer = self._choose(index)
        self.page.keyboard.press(answer.get_attribute("aria-keyshortcuts") or "")
        self._taken()

    def answer_by_pointer(self, index: int = 0) -> None:
        answer = self._choose(index)
        answer.tap() if self.page.evaluate("matchMedia('(pointer: coarse)').matches") else answer.click()
        self._taken()

    def answer_trials(self, count: int, answer: Callable[[Rater], None] | None = None) -> None:
        """Answer so many trials, starting blocks on the way."""
        done = 0
        while done < count:
            turn = self.wait_for_turn()
            assert turn != "end", f"the session ended after {done} of {count} trials"
            if turn == "block":
                self.start_block()
            else:
                (answer or Rater.answer_by_key)(self)
                done += 1

    def finish(self, answer: Callable[[Rater], None] | None = None) -> str:
        """Answer everything that is left; the completion code."""
        while (turn := self.wait_for_turn()) != "end":
            if turn == "block":
                self.start_block()
            else:
                (answer or Rater.answer_by_key)(self)
        return self.page.inner_text(CODE)

    def stored(self) -> list[dict[str, Any]]:
        """The session's responses in the order its trials come: repeats end their block."""
        rows = self.site.rows(
            "select t.position, t.kind, t.repeat_of_id, t.id as trial,"
            " r.answer, r.valid, r.invalid_reason, r.exposures, r.rt_ms"
            " from trials_response r join trials_trial t on t.id = r.trial_id"
            " where r.session_id = ? order by t.block, t.position",
            self.session,
        )
        return [row | {name: json.loads(row[name]) for name in ("answer", "exposures")} for row in rows]

    def answer_by_double_click(self, index: int = 0) -> None:
        self._choose(index).dblclick()
        self._taken()

    def _choose(self, index: int) -> Locator:
        answer = self.page.locator(f"{ARMED} .answer").nth(index)
        self.typed.append(answer.get_attribute("data-answer") or "")
        self._before = self.page.inner_text("#progress-text")
        return answer

    def _taken(self) -> None:
        """Wait until the page has written the answer down: from then on it must not be lost."""
        expect(self.page.locator("#progress-text")).not_to_have_text(self._before, timeout=WAIT_MS)
