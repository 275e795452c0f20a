"""Image files that go wrong under a running study: the rater goes on, and the site knows what is missing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.damage import alter
from tests.support.rater import Rater
from tests.support.site_server import SiteServer

SENTENCE = "Some images can't be shown because of a fault on our side. The study goes on without them."


@pytest.fixture
def spoil(site: SiteServer) -> Iterator[Callable[[Path], None]]:
    """Alters an image file of the site; puts all back at the end, for the tests that follow."""
    kept: dict[Path, bytes] = {}

    def alter_and_remember(place: Path) -> None:
        kept[place] = place.read_bytes()
        alter(place)

    yield alter_and_remember
    for place, data in kept.items():
        place.write_bytes(data)


def file_of(site: SiteServer, stimulus: dict[str, object]) -> Path:
    """Where the file of a stimulus of a plan lies."""
    name = "discs" if stimulus["condition"] == "real" else "rings"
    (row,) = site.rows(
        "select i.sha256 from samples_sampleimage i join samples_sampleset s on s.id = i.sample_set_id"
        " where s.name = ? and i.position = ?",
        name,
        stimulus["image"],
    )
    return site.data / "media" / row["sha256"][:2] / row["sha256"]


@pytest.mark.slow
def test_an_altered_image_takes_its_trial_out_and_the_rater_goes_on(
    site: SiteServer, new_rater: Callable[..., Rater], spoil: Callable[[Path], None]
) -> None:
    rater = new_rater("pages")
    rater.begin()
    rater.start_block()
    assert rater.wait_for_turn() == "trial"
    trials = site.rows(
        "select position, plan from trials_trial where session_id = ? and block = 1 order by position",
        rater.session,
    )
    spoil(file_of(site, json.loads(trials[0]["plan"])["stimuli"][0]))
    while (turn := rater.wait_for_turn()) == "trial":
        rater.answer_by_key()
    assert turn == "block"
    expect(rater.page.get_by_text(SENTENCE)).to_be_visible()
    assert rater.finish()
    kept = site.rows(
        "select t.position, t.set_aside_reason, r.id from trials_trial t"
        " left join trials_response r on r.trial_id = t.id"
        " where t.session_id = ? and t.block = 1 order by t.position",
        rater.session,
    )
    assert kept[0]["id"] is None
    assert kept[0]["set_aside_reason"].endswith("the stored file is damaged.")
    assert {(row["set_aside_reason"], row["id"] is not None) for row in kept[1:]} == {("", True)}
    session = site.rows("select state from trials_session where id = ?", rater.session)
    assert session == [{"state": "completed"}]


def test_a_session_without_a_single_image_ends_with_a_page_that_says_so(
    site: SiteServer, new_rater: Callable[..., Rater], spoil: Callable[[Path], None]
) -> None:
    rater = new_rater("short")
    for place in (site.data / "media").glob("??/*"):
        spoil(place)
    rater.begin()
    rater.start_block()
    expect(rater.page.get_by_text(SENTENCE)).to_be_visible()
    assert rater.finish()
    expect(rater.page.get_by_text("That was a fault on our side, not yours.")).to_be_visible()
    assert rater.stored() == []
    assert rater.typed == []
