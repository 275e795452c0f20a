import pytest

from evalsite.trials.quality import Exposure, judge_exposures, judge_payload, large_enough, least_side_px
from tests.support import wire


def flash(asked_ms=100, **changes):
    return Exposure(**wire.exposure(asked_ms, **changes))


def test_a_flash_as_planned_counts():
    assert judge_exposures([flash()], 100) == (True, "")


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"visible": False}, "hidden"),
        ({"focused": False}, "focus"),
        ({"dropped_frames": 1}, "late"),
        ({"shown_ms": 100 + 8.5}, "108.5 ms"),
        ({"shown_ms": 100 - 8.5}, "91.5 ms"),
        ({"refresh_hz": 49.0}, "49 Hz"),
        ({"asked_ms": 150.0}, "150 ms"),
        ({"asked_ms": None}, "unlimited"),
        ({"planned_frames": 8}, "planned 8 frames"),
        ({"planned_frames": None}, "planned None frames"),
    ],
)
def test_a_flash_that_went_wrong_does_not_and_says_why(changes, word):
    valid, reason = judge_exposures([flash(**changes)], 100)
    assert not valid
    assert word in reason
    assert reason.endswith(".")
    assert len(reason) <= 200


@pytest.mark.parametrize("shown_ms", [100 + 8.3, 100 - 8.3, 100.0])
def test_less_than_half_a_period_is_no_fault(shown_ms):
    assert judge_exposures([flash(shown_ms=shown_ms)], 100).valid


@pytest.mark.parametrize("refresh_hz", [50, 59.94, 60, 75, 120, 144, 165, 240])
@pytest.mark.parametrize("asked_ms", [10, 30, 75, 100, 490])
def test_every_exposure_has_a_plan_in_frames_on_every_screen(refresh_hz, asked_ms):
    period_ms = 1000 / refresh_hz
    frames = max(1, int(asked_ms / period_ms + 0.5))
    shown = flash(
        asked_ms,
        period_ms=period_ms,
        refresh_hz=refresh_hz,
        planned_frames=frames,
        shown_ms=frames * period_ms,
    )
    assert judge_exposures([shown], asked_ms) == (True, "")


@pytest.mark.parametrize(
    ("display_px", "side_by_side", "least_px"),
    [(256, 1, 204.8), (450, 1, 360), (1024, 1, 360), (256, 2, 169), (200, 2, 160), (512, 3, 111)],
)
def test_images_may_be_a_fifth_smaller_than_asked_for_or_what_fits_a_phone(
    display_px, side_by_side, least_px
):
    assert least_side_px(display_px, side_by_side) == pytest.approx(least_px)
    assert large_enough(360, 360, display_px, side_by_side)


@pytest.mark.parametrize("asked_ms", [100, None])
def test_an_image_below_the_smallest_side_does_not_count(asked_ms):
    assert judge_exposures([flash(asked_ms, css_px=204.8)], asked_ms, 204.8).valid
    valid, reason = judge_exposures([flash(asked_ms, css_px=12)], asked_ms, 204.8)
    assert not valid
    assert reason == "The image was 12 CSS px wide on the screen; 205 are needed."


def test_one_bad_flash_of_several_is_enough():
    assert not judge_exposures([flash(), flash(dropped_frames=2)], 100).valid


def test_a_missing_record_is_invalid_flashed_or_not():
    assert not judge_exposures([], 100).valid
    assert not judge_exposures([], None).valid


def test_frames_mean_nothing_where_time_is_unlimited():
    assert judge_exposures([flash(None, dropped_frames=3, refresh_hz=30)], None).valid
    assert not judge_exposures([flash(None, focused=False)], None).valid


def test_a_task_that_flashes_nothing_needs_no_record():
    assert judge_payload([], {"question": "?"}).valid
    assert not judge_payload([], {"exposure_ms": None}).valid
