"""What `docs/limits.md` claims holds on the images, and the page is the one that the script writes."""

from __future__ import annotations

import re

import pytest

from tests.house import limits

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1500),  # all are measured in the first test
    pytest.mark.skipif(not limits.PHOTOGRAPHS.exists(), reason="needs the photographs of the shared data"),
]
SLUGS = ["unknown-class", "other-labels", "texture", "one-image-per-class", "memorised"]


@pytest.fixture(scope="module", autouse=True)
def _folder_removed():
    yield
    limits._folder().cleanup()


@pytest.fixture(params=SLUGS)
def failure(request):
    return next(item for item in limits.failures() if item.slug == request.param)


def test_the_score_takes_the_bad_images_to_be_as_good_at_least(failure):
    assert failure.bad.values[limits.SCORE] > 0.9 * failure.good.values[limits.SCORE]


def test_what_is_said_to_notice_does(failure):
    assert failure.noticed
    for quantity in failure.noticed:
        assert limits.worse(quantity, failure.good, failure.bad), quantity


def test_copies_of_the_training_set_are_perfect_to_what_compares_with_it_alone():
    memorised = next(item for item in limits.failures() if item.slug == "memorised").bad.values
    assert memorised[limits.FRECHET] == pytest.approx(0, abs=1e-3)
    assert memorised["nearest_real_distance"] == pytest.approx(0, abs=1e-3)
    assert memorised["precision"] == memorised["recall"] == 1
    assert memorised["authpct"] == 0


def test_the_page_says_what_is_measured():
    page, made = limits.DOCUMENT.read_text(), limits.document()
    number = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
    assert number.sub("#", page) == number.sub("#", made)
    found, expected = ([float(text) for text in number.findall(text)] for text in (page, made))
    assert found == pytest.approx(expected, rel=0.02, abs=0.02)  # another machine rounds features otherwise


def test_every_picture_is_there():
    assert {path.name for path in limits.PICTURES.glob("limits-*.png")} == {f"limits-{s}.png" for s in SLUGS}
