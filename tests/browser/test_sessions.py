"""Whole sessions on a real server: by keyboard, by finger, interrupted in every way that raters know."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.rater import Rater


def answers(rater: Rater) -> list[str]:
    return [row["answer"]["answer"] for row in rater.stored()]


def test_a_whole_session_by_keyboard(new_rater: Callable[..., Rater]) -> None:
    rater = new_rater("whole")
    rater.begin()
    turns = iter(range(1000))
    code = rater.finish(lambda person: person.answer_by_key(next(turns) % 2))
    stored = rater.stored()
    assert answers(rater) == rater.typed
    assert len(stored) >= 1 + 3 + 1 + 3 + 2
    assert {row["kind"] for row in stored} == {"practice", "scored", "catch"}
    session = rater.site.rows("select state, completion_code from trials_session where id = ?", rater.session)
    assert session == [{"state": "completed", "completion_code": code}]
    assert all(row["rt_ms"] > 0 and len(row["exposures"]) == 1 for row in stored)


def test_a_phone_by_finger(new_rater: Callable[..., Rater]) -> None:
    rater = new_rater("pages", "phone")
    rater.begin()
    rater.finish(lambda person: person.answer_by_pointer(1))
    assert answers(rater) == rater.typed
    wide = rater.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, "the page is wider than the phone"
    pairs = [row for row in rater.stored() if row["answer"]["answer"] in {"left", "right", "tie"}]
    assert pairs
    assert all(row["exposures"][0]["css_px"] > 230 for row in pairs), "pairs don't use the screen"


def test_a_window_that_is_too_small_is_told_of_and_may_be_enlarged(new_rater: Callable[..., Rater]) -> None:
    rater = new_rater("still")
    rater.page.set_viewport_size({"width": 1366, "height": 300})
    rater.page.get_by_role("button", name="I agree and take part").click()
    expect(rater.page.get_by_text("they must be at least 205. Enlarge the window")).to_be_visible(
        timeout=30_000
    )
    expect(rater.page.get_by_role("button", name="Continue")).to_have_count(0)
    rater.page.set_viewport_size({"width": 1366, "height": 768})
    rater.page.get_by_role("button", name="Measure again").click()
    rater.page.get_by_role("button", name="Start").wait_for(timeout=30_000)
    session = rater.site.rows("select state from trials_session where id = ?", rater.session)
    assert session == [{"state": "ready"}]


@pytest.mark.slow
def test_an_image_in_a_window_made_small_does_not_count(new_rater: Callable[..., Rater]) -> None:
    rater = new_rater("still")
    rater.begin()
    rater.page.set_viewport_size({"width": 1366, "height": 300})
    rater.answer_trials(1)
    expect(rater.page.get_by_role("heading", name="The window is too small")).to_be_visible()
    rater.page.set_viewport_size({"width": 1366, "height": 768})
    rater.page.get_by_role("button", name="Continue").click()
    rater.finish()
    small, large, repeat = rater.stored()
    assert small["exposures"][0]["css_px"] < 205 <= large["exposures"][0]["css_px"] == 256
    assert (small["valid"], large["valid"], repeat["valid"]) == (0, 1, 1)
    assert "CSS px" in small["invalid_reason"]
    assert repeat["repeat_of_id"] == small["trial"]


@pytest.mark.slow
def test_a_reload_goes_on_where_it_was(new_rater: Callable[..., Rater]) -> None:
    rater = new_rater("short")
    rater.begin()
    rater.answer_trials(3)
    rater.page.reload()
    rater.finish()
    assert answers(rater) == rater.typed
    positions = [row["position"] for row in rater.stored()]
    assert positions == sorted(set(positions))


@pytest.mark.slow
def test_a_missed_qualification_ends_the_session_there(new_rater: Callable[..., Rater]) -> None:
    rater = new_rater("sifted")
    rater.begin()
    rater.answer_trials(4)  # the same answer to all is right for half of them
    ended = rater.page.get_by_text("The study ends here for you, after its first part.")
    expect(ended).to_be_visible()
    rater.page.reload()
    expect(ended).to_be_visible()
    assert rater.page.get_by_role("button").count() == 0, "nothing more to do"
    session = rater.site.rows("select state from trials_session where id = ?", rater.session)
    assert session == [{"state": "failed_qualification"}]
    assert answers(rater) == rater.typed


def test_consent_refused_stores_nothing_and_may_be_given_later(new_rater: Callable[..., Rater]) -> None:
    rater = new_rater("short")
    before = rater.site.rows("select count(*) as sessions from trials_session")
    rater.page.get_by_role("button", name="I do not agree").click()
    back = rater.page.get_by_role("button", name="Read the consent again")
    back.wait_for()
    assert rater.site.rows("select count(*) as sessions from trials_session") == before
    back.click()
    rater.page.get_by_role("button", name="I agree and take part").dblclick()
    device = rater.page.get_by_role("heading", name="A look at your screen")
    expect(device).to_be_visible()
    entered = rater.session
    rater.page.go_back()
    rater.arrive("short")
    expect(device).to_be_visible()
    assert rater.session == entered


HALF_SPEED = """
const refresh = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (callback) => refresh(() => refresh(callback));
"""


@pytest.mark.parametrize(
    ("study", "warned", "way", "state"),
    [("short", 1, "Leave the study", "unsuitable"), ("still", 0, "", "ready")],
)
def test_flashes_are_warned_of_and_shown_on_fast_screens_only(
    new_rater: Callable[..., Rater], study: str, warned: int, way: str, state: str
) -> None:
    rater = new_rater(study)
    rater.page.add_init_script(HALF_SPEED)
    rater.page.reload()
    agree = rater.page.get_by_role("button", name="I agree and take part")
    agree.wait_for()
    assert rater.page.get_by_text("photosensitive").count() == warned
    agree.click()
    if way:
        rater.page.get_by_role("button", name=way).click(timeout=30_000)
    else:
        rater.page.get_by_role("button", name="Start").wait_for(timeout=30_000)
    expect(rater.page.get_by_role("heading", name="A look at your screen")).to_have_count(0)
    session = rater.site.rows("select state from trials_session where id = ?", rater.session)
    assert session == [{"state": state}]


@pytest.mark.slow
def test_the_network_cut_and_restored(new_rater: Callable[..., Rater]) -> None:
    rater = new_rater("short")
    rater.begin()
    rater.answer_trials(2)
    rater.page.context.set_offline(True)
    rater.answer_trials(2)
    expect(rater.page.locator("#notice")).to_contain_text("kept here")
    before = len(rater.stored())
    rater.page.context.set_offline(False)
    rater.finish()
    assert before < len(rater.typed)
    assert answers(rater) == rater.typed
    expect(rater.page.locator("#notice")).to_be_hidden()


@pytest.mark.slow
def test_answers_left_behind_by_a_closed_tab_are_sent_by_the_next(new_rater: Callable[..., Rater]) -> None:
    rater = new_rater("short")
    rater.begin()
    rater.answer_trials(2)
    context, url = rater.page.context, rater.page.url
    context.set_offline(True)
    rater.answer_trials(2)
    rater.page.close()
    context.set_offline(False)
    rater.page = context.new_page()
    rater.page.goto(url)
    rater.wait_for_turn()
    assert answers(rater) == rater.typed
    rater.finish()
    assert answers(rater) == rater.typed


def test_the_server_killed_in_the_middle_of_answers(new_rater: Callable[..., Rater]) -> None:
    rater = new_rater("short")
    rater.begin()
    rater.answer_trials(2)
    rater.site.kill()
    rater.answer_trials(2)
    rater.site.start()
    rater.finish()
    assert answers(rater) == rater.typed


def test_a_double_click_is_one_answer(new_rater: Callable[..., Rater]) -> None:
    rater = new_rater("short")
    rater.begin()
    rater.finish(Rater.answer_by_double_click)
    assert answers(rater) == rater.typed


@pytest.mark.slow
def test_a_second_tab_waits_and_takes_over(new_rater: Callable[..., Rater]) -> None:
    rater = new_rater("short")
    rater.begin()
    rater.answer_trials(2)
    first, second = rater.page, rater.page.context.new_page()
    second.goto(first.url)
    expect(second.get_by_role("heading", name="Open in another tab")).to_be_visible()
    first.bring_to_front()
    rater.answer_trials(1)
    first.close()
    rater.page = second
    rater.finish()
    assert answers(rater) == rater.typed


@pytest.mark.slow
def test_without_a_database_in_the_browser_nothing_is_lost_either(new_rater: Callable[..., Rater]) -> None:
    rater = new_rater("short")
    rater.page.context.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    rater.page.reload()
    rater.begin()
    rater.answer_trials(3)
    rater.page.reload()
    rater.finish()
    assert answers(rater) == rater.typed


@pytest.mark.slow
def test_a_browser_without_locks_asks_around(new_rater: Callable[..., Rater]) -> None:
    rater = new_rater("short")
    rater.page.context.add_init_script("Object.defineProperty(navigator, 'locks', { value: undefined })")
    rater.page.reload()
    rater.begin()
    second = rater.page.context.new_page()
    second.goto(rater.page.url)
    expect(second.get_by_role("heading", name="Open in another tab")).to_be_visible()
    rater.page.close()
    rater.page = second
    rater.finish()
    assert answers(rater) == rater.typed


@pytest.mark.slow
def test_a_pause_between_trials(new_rater: Callable[..., Rater]) -> None:
    rater = new_rater("short")
    rater.begin()
    rater.answer_trials(2)
    rater.page.get_by_role("button", name="Pause").click()
    rater.page.wait_for_selector(".stage-answers.armed, h1:has-text('Paused')")
    if rater.page.query_selector(".stage-answers.armed"):  # a trial under way is finished first
        rater.answer_by_key()
    rater.page.get_by_role("button", name="Continue").click()
    rater.finish()
    assert answers(rater) == rater.typed
