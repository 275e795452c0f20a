"""Was a stimulus on the screen as planned? Pure; judged from what the browser recorded about each flash.

docs/conditions.md lists each recorded condition and how it is judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, floor
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import asdict

from evalsite.trials.wire.fields import Above0, Flag, Number, Whole

MIN_REFRESH_HZ = 50.0
"""Slower screens can't show a short exposure as planned."""

HALF_A_FRAME = 0.5 + 1e-6
"""Largest difference between planned and shown, in frames, for which a flash counts."""

LARGE_ENOUGH = 0.8
"""Share of the side asked for at which an image still counts."""

PHONE_PX = 360
"""Width of a window in which images need not be larger than what fits."""

GAP_SHARE = 0.12
"""Space between images side by side, as a share of a side (static/js/kit/layout.js)."""


class Exposure(Struct, frozen=True, forbid_unknown_fields=True):
    """What the screen did during one flash.

    Args:
        asked_ms: Duration asked for, milliseconds; None for unlimited.
        period_ms: Duration of a frame, measured in this block.
        planned_frames: Frames planned; None for unlimited.
        achieved_frames: Frames counted.
        onset_ms: Time stamp of the first frame with the stimulus.
        offset_ms: Time stamp of the first frame without it (the mask's onset).
        shown_ms: Difference of the two.
        dropped_frames: Frames that came later than one and a half periods.
        visible, focused, full_screen: State of the page throughout the flash.
        device_pixel_ratio: Device pixels per CSS pixel.
        css_px, natural_px: Side length on the screen, as far as it could be seen, and of the image.
        refresh_hz: Refresh rate measured in this block.
        stable: Whether frames came at an even pace while it was measured.
    """

    asked_ms: Number | None
    period_ms: Above0
    planned_frames: Whole | None
    achieved_frames: Whole
    onset_ms: Number
    offset_ms: Number
    shown_ms: Number
    dropped_frames: Whole
    visible: Flag
    focused: Flag
    full_screen: Flag
    device_pixel_ratio: Number
    css_px: Number
    natural_px: Number
    refresh_hz: Number
    stable: Flag

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)


class Verdict(NamedTuple):
    """Whether a trial counts, and if not, why, as a sentence."""

    valid: bool
    reason: str = ""


def fitting_side_px(width_px: float, height_px: float, side_by_side: int) -> int:
    """Side of the largest squares that fit side by side, as static/js/kit/layout.js lays them out."""
    return floor(min(width_px / (side_by_side + (side_by_side - 1) * GAP_SHARE), height_px))


def least_side_px(display_px: float, side_by_side: int) -> float:
    """Smallest side at which an image counts: min(0.8 × the side asked for, what fits a 360-px window)."""
    return min(LARGE_ENOUGH * display_px, fitting_side_px(PHONE_PX, PHONE_PX, side_by_side))


def large_enough(width_px: float, height_px: float, display_px: float, side_by_side: int) -> bool:
    """Whether images are large enough in a room of this size."""
    return fitting_side_px(width_px, height_px, side_by_side) >= least_side_px(display_px, side_by_side)


def judge_payload(exposures: Sequence[Exposure], payload: Mapping[str, Any]) -> Verdict:
    """The verdict on a trial shown from this payload; one without ``exposure_ms`` flashes nothing."""
    if "exposure_ms" not in payload:
        return Verdict(True)
    return judge_exposures(exposures, payload["exposure_ms"], payload.get("least_px", 0))


def judge_exposures(exposures: Sequence[Exposure], planned_ms: float | None, least_px: float = 0) -> Verdict:
    """The verdict on a stimulus that was to be shown for ``planned_ms`` (None: until the answer).

    A trial without any record of its flash is invalid: nobody can say what was seen. Unlimited exposures are
    judged on the rater having had the page in view and the image large enough; frames mean nothing there.

    Args:
        exposures: One record a flash.
        planned_ms: Exposure duration asked for, milliseconds.
        least_px: Smallest side at which the image counts, CSS pixels (`least_side_px`).
    """
    if not exposures:
        return Verdict(False, "The browser sent no record of what was shown.")
    for exposure in exposures:
        for reason in _faults(exposure, planned_ms, least_px):
            return Verdict(False, reason)
    return Verdict(True)


def _faults(exposure: Exposure, planned_ms: float | None, least_px: float) -> Iterator[str]:
    if not exposure.visible:
        yield "The page was hidden during the exposure."
    if not exposure.focused:
        yield "The page lost focus during the exposure."
    if exposure.css_px < least_px:
        yield f"The image was {exposure.css_px:g} CSS px wide on the screen; {ceil(least_px)} are needed."
    if exposure.asked_ms != planned_ms:
        yield f"The browser aimed at {_ms(exposure.asked_ms)} where {_ms(planned_ms)} was planned."
    if planned_ms is not None:
        yield from _timing_faults(exposure, planned_ms)


def _timing_faults(exposure: Exposure, planned_ms: float) -> Iterator[str]:
    frames, wanted = exposure.planned_frames, max(1.0, planned_ms / exposure.period_ms)
    if exposure.refresh_hz < MIN_REFRESH_HZ:
        yield f"The screen refreshed at {exposure.refresh_hz:.0f} Hz; {MIN_REFRESH_HZ:.0f} Hz are needed."
    if frames is None or abs(frames - wanted) > HALF_A_FRAME:
        yield f"The browser planned {frames} frames where {wanted:.1f} make {planned_ms:g} ms."
        return
    if exposure.dropped_frames > 0:
        yield f"{exposure.dropped_frames} frames came late during the exposure."
    planned_shown_ms = frames * exposure.period_ms
    if abs(exposure.shown_ms - planned_shown_ms) > HALF_A_FRAME * exposure.period_ms:
        yield f"Shown for {exposure.shown_ms:.1f} ms where {planned_shown_ms:.1f} ms was planned."


def _ms(duration: float | None) -> str:
    return "an unlimited time" if duration is None else f"{duration:g} ms"
