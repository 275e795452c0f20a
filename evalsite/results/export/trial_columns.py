"""The columns of the trials table that do not depend on the study, each documented."""

from __future__ import annotations

from evalsite.tasks.columns import Column

PLACE = (
    Column("study", "text", "Name of the study."),
    Column("version", "int", "Number of the frozen version that the session belongs to."),
    Column("version_digest", "text", "SHA-256 of that version: protocol, stimuli and code version."),
    Column("session", "text", "Id of the session, a sitting."),
    Column("participant", "text", "Opaque id of the rater; no platform's id is exported."),
    Column("session_kind", "text", "live, imported, or simulated (only where asked for)."),
    Column("session_state", "text", "How far the session came; completed ones make the estimates."),
    Column("session_condition", "text", "The one condition of this rater; empty where each sees all."),
    Column("browser", "text", "Browser, as it told."),
    Column("os", "text", "Operating system, as the browser told."),
    Column("block", "int", "Block of the protocol, from 1."),
    Column("task", "text", "Task of the block."),
    Column("qualification", "bool", "Whether the block is a qualification, on which no estimate rests."),
    Column(
        "trial", "int", "Number of the trial in the session, from 1; repeats have the last numbers of all."
    ),
    Column("trial_kind", "text", "scored, practice, or catch (an attention check)."),
    Column("repeat", "bool", "Whether the trial shows again one whose exposure failed."),
    Column("repeat_of", "int", "Number of the trial that it repeats."),
    Column("repeated", "bool", "Whether it was shown again later."),
)
STIMULUS = (
    Column("condition", "text", "Condition of the image in the place “{slot}”; real for a real one."),
    Column("real", "bool", "Whether it is real."),
    Column("position", "int", "Its position in its sample set, from 0."),
    Column("sha256", "text", "SHA-256 of its file as imported; empty if the image is not held here."),
    Column("label", "text", "Its class label, if it has one."),
)
PLAN = (
    Column("keys", "text", "Which key gives which answer, where that is counterbalanced, as answer=key."),
    Column("settings", "text", "All else that was fixed for this trial, JSON."),
    Column("presentation", "text", "How it was to be shown, JSON; a staircase's exposure among it."),
    Column("facts", "text", "What follows from the block's params, such as a staircase's target accuracy."),
    Column("delivered_at", "text", "When the trial was sent to the browser."),
    Column(
        "set_aside_reason",
        "text",
        "Why the trial was never shown nor asked: a stored image file was missing or damaged; else empty.",
    ),
)
RESPONSE = (
    Column("answered", "bool", "Whether an answer is stored."),
    Column("answer", "text", "The answer as the task read it."),
    Column("rt_ms", "float", "From the onset of the stimulus to the answer.", "ms"),
    Column("valid", "bool", "Whether exposure and attention to the page were as planned."),
    Column("invalid_reason", "text", "Why not, in a sentence."),
    Column("answered_at", "text", "When, by the rater's clock."),
    Column("received_at", "text", "When, by the server's clock."),
    Column("flashes", "int", "Exposures on record for the trial."),
)
EXPOSURE = (
    Column("asked_ms", "float", "Exposure duration asked for; empty without limit.", "ms"),
    Column("period_ms", "float", "Duration of a screen frame, measured in this block.", "ms"),
    Column("refresh_hz", "float", "Refresh rate, measured in this block.", "Hz"),
    Column("stable", "bool", "Whether frames came evenly when the period was measured."),
    Column("planned_frames", "int", "Frames planned; empty without limit.", "frames"),
    Column("achieved_frames", "int", "Frames counted.", "frames"),
    Column("onset_ms", "float", "Time stamp of the first frame with the stimulus, browser clock.", "ms"),
    Column("offset_ms", "float", "Time stamp of the first frame without it: the mask's onset.", "ms"),
    Column(
        "shown_ms", "float", "Offset less onset; the screen may add a constant that no browser sees.", "ms"
    ),
    Column("dropped_frames", "int", "Frames that came later than one and a half periods.", "frames"),
    Column("visible", "bool", "Whether the page was visible throughout."),
    Column("focused", "bool", "Whether it had the focus throughout."),
    Column("full_screen", "bool", "Whether it filled the screen throughout."),
    Column("device_pixel_ratio", "float", "Device pixels per CSS pixel."),
    Column(
        "css_px", "float", "Side length of the image on the screen, as far as it could be seen.", "CSS px"
    ),
    Column("natural_px", "float", "Side length of the image's file as served.", "px"),
)


def fact_column(name: str) -> Column:
    """The column of one fact of an image, after those of ``STIMULUS``."""
    return Column(name, "text", f"“{name}” of the image, as its sample set's metadata file gives it.")
