"""One row a session: who sat down when, how far they came, on what device."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q

from evalsite.results.export.table import Table
from evalsite.results.scope import Scope
from evalsite.tasks.columns import Column
from evalsite.trials.checks import check_share
from evalsite.trials.models import Session, Trial
from evalsite.trials.state import outcome_of

CHUNK = 500
JUDGED = {Session.State.COMPLETED, Session.State.FAILED_ATTENTION}
CATCH = Q(trials__kind=Trial.Kind.CATCH, trials__response__valid=True)

SITTING = (
    Column("study", "text", "Name of the study."),
    Column("version", "int", "Number of the frozen version."),
    Column("version_digest", "text", "SHA-256 of that version: protocol, stimuli and code version."),
    Column("code_version", "text", "The site's own version when the study was opened."),
    Column("session", "text", "Id of the session, a sitting."),
    Column("participant", "text", "Opaque id of the rater; no platform's id is exported."),
    Column("recruiter", "text", "How the rater arrived."),
    Column("session_kind", "text", "live, imported, or simulated (only where asked for)."),
    Column("session_state", "text", "How far the session came; completed ones make the estimates."),
    Column("outcome", "text", "How it ended, as recruiters call it: completed, failed_attention…, or empty."),
    Column("session_condition", "text", "The one condition of this rater; empty where each sees all."),
    Column("session_seed", "int", "The seed that, with the study's, fixes what is shown."),
    Column("created_at", "text", "Arrival."),
    Column("last_seen_at", "text", "Last request."),
    Column("completed_at", "text", "End of the trials."),
    Column("trials", "int", "Trials planned, practice and repeats included."),
    Column("answered", "int", "Trials answered."),
    Column("invalid", "int", "Answered trials that do not count."),
    Column("repeats", "int", "Trials shown again because an exposure failed."),
    Column("set_aside", "int", "Trials never shown, because an image file was missing or damaged."),
    Column("catch_answered", "int", "Catch trials (attention checks) answered with a valid exposure."),
    Column("catch_correct", "int", "Those of them that were answered as instructed."),
    Column(
        "attention",
        "text",
        "pass, fail, or unknown (no catch trial was shown as planned; the session counts); empty before the "
        "end and where no share was required.",
    ),
)
DEVICE = (
    Column("browser", "text", "Browser, as it told."),
    Column("os", "text", "Operating system, as the browser told."),
    Column("user_agent", "text", "The browser's own words."),
    Column("period_ms", "float", "Duration of a screen frame at the device check.", "ms"),
    Column("refresh_hz", "float", "Refresh rate at the device check.", "Hz"),
    Column("stable", "bool", "Whether frames came evenly at the device check."),
    Column("screen_width_px", "int", "Width of the screen.", "CSS px"),
    Column("screen_height_px", "int", "Height of the screen.", "CSS px"),
    Column("window_width_px", "int", "Width of the window.", "CSS px"),
    Column("window_height_px", "int", "Height of the window.", "CSS px"),
    Column("room_width_px", "int", "Width of the space for images at the device check.", "CSS px"),
    Column("room_height_px", "int", "Height of the space for images at the device check.", "CSS px"),
    Column("device_pixel_ratio", "float", "Device pixels per CSS pixel."),
    Column("dark_theme", "bool", "Whether the browser asks for dark pages; the stage is the same grey."),
    Column("touch", "bool", "Whether the screen takes touch."),
    Column("language", "text", "The browser's language."),
)


def _columns(_scope: Scope) -> list[Column]:
    return [*SITTING, *DEVICE]


def _rows(scope: Scope) -> Iterator[list[Any]]:
    sessions = (
        scope.recorded()
        .select_related("version", "participant")
        .annotate(
            planned=Count("trials"),
            answered=Count("trials__response"),
            invalid=Count("trials__response", filter=Q(trials__response__valid=False)),
            repeats=Count("trials", filter=Q(trials__repeat_of__isnull=False)),
            set_aside=Count("trials__set_aside_at"),
            caught=Count("trials__response", filter=CATCH),
            caught_right=Count("trials__response", filter=CATCH & Q(trials__response__score__correct=True)),
        )
        .order_by("created_at", "pk")
    )
    for session in sessions.iterator(chunk_size=CHUNK):
        version = session.version
        yield [
            scope.study.slug, version.number, version.digest, version.code_version, str(session.pk),
            str(session.participant_id), session.participant.recruiter, session.kind, session.state,
            outcome_of(session), session.condition, session.seed,
            session.created_at, session.last_seen_at, session.completed_at,
            session.planned, session.answered, session.invalid, session.repeats, session.set_aside,
            session.caught, session.caught_right, _attention(session),
            *[session.device.get(column.name) for column in DEVICE],
        ]  # fmt: skip


def _attention(session: Any) -> str:
    """What the attention check came to, of a session with its catch trials counted."""
    required = session.version.protocol.get("attention_share")
    if required is None or session.state not in JUDGED:
        return ""
    return check_share(session.caught_right, session.caught, required)


SESSIONS = Table("sessions", "One sitting of one rater.", _columns, _rows)
