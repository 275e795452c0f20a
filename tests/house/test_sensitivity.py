"""`docs/sensitivity.md` is made of its numbers, and what it says of its curves is in them."""

from __future__ import annotations

import pytest

from metrics.images.distortions import PIXELS
from metrics.sensitivity.report import BLIND, FOOLED, verdicts
from metrics.sensitivity.sets import CONTAMINATION, COPYING, MODE_DROPPING
from tests.house import sensitivity
from tests.house.limits import FRECHET, SCORE


@pytest.fixture(scope="module")
def said() -> dict[str, dict[str, str]]:
    """The verdict on each distortion, by quantity."""
    distortions, rows = verdicts(sensitivity.written_down())
    return {quantity: dict(zip(distortions, cells, strict=True)) for quantity, cells in rows}


def test_the_page_is_made_of_its_numbers() -> None:
    page = sensitivity.PAGE.read_text(encoding="utf-8")
    assert page == sensitivity.page(), "run `python -m tests.house.sensitivity`"


def test_every_distortion_and_many_quantities_are_there(said: dict[str, dict[str, str]]) -> None:
    assert {*said[FRECHET]} == {*PIXELS, MODE_DROPPING, COPYING, CONTAMINATION}
    assert len(said) > 40


def test_every_picture_is_there_and_none_is_left_over() -> None:
    drawn = set(sensitivity.PICTURES.glob("sensitivity-*.png"))
    assert drawn == {sensitivity.picture(quantity) for quantity in sensitivity.SHOWN}


def test_distance_notices_what_spoils_images_and_is_fooled_by_copies(said: dict[str, dict[str, str]]) -> None:
    assert said[FRECHET]["copying"] == FOOLED
    for distortion in set(said[FRECHET]) - {"copying"}:
        assert float(said[FRECHET][distortion]) <= 1, distortion


def test_the_score_is_blind_to_copies_and_authpct_sees_nothing_else(said: dict[str, dict[str, str]]) -> None:
    assert said[SCORE]["copying"] == BLIND
    assert float(said["authpct"]["copying"]) < 1
    assert {said["authpct"][name] for name in said["authpct"] if name != "copying"} <= {BLIND, FOOLED}
    assert float(said["recall"]["mode_dropping"]) <= 1
