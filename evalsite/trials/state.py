"""Where a session is, as its rater's browser is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db.models import Count, Min, Q

from evalsite.recruiters import registry as recruiters
from evalsite.recruiters.protocol import Arrival, Ending
from evalsite.studies.planning import FrozenBlock, read_block
from evalsite.trials.models import Session
from evalsite.trials.quality import MIN_REFRESH_HZ, least_side_px

Json = dict[str, Any]

OUTCOMES = {
    Session.State.COMPLETED: "completed",
    Session.State.DECLINED: "no_consent",
    Session.State.UNSUITABLE: "unsuitable_device",
    Session.State.FAILED_QUALIFICATION: "failed_qualification",
    Session.State.FAILED_ATTENTION: "failed_attention",
}
"""What the recruiter calls each state in which a session ends."""

STAGES = {
    Session.State.ARRIVED: "consent",
    Session.State.CONSENTED: "device",
    Session.State.READY: "instructions",
    Session.State.RUNNING: "trials",
}

AFTER_TRIALS = {Session.State.COMPLETED, Session.State.FAILED_ATTENTION, Session.State.FAILED_QUALIFICATION}
"""States of a session that is over and whose rater saw images, and so is told what they were about."""

WAYS_BACK = {Session.State.DECLINED: "consent", Session.State.UNSUITABLE: "device"}
"""The stage that a rater may go back to who ended there, having seen nothing yet."""

NOTHING_SHOWN = "None of the images could be shown. That was a fault on our side, not yours."
"""What is added for a rater who got to the end without a single trial."""

PREVIEW_ENDING = Ending(message="This was a preview; nothing was kept.", redirect_url=None, code="")
PREVIEW_INATTENTIVE = Ending(
    message="This was a preview; nothing was kept. With these answers a rater would fail the attention check."
)


def describe_state(session: Session) -> Json:
    """The stage, its texts, what is required of the device, the progress, and the ending if there is one."""
    protocol = session.version.protocol
    progress = describe_progress(session)
    stage = find_stage(session, progress)
    ending = describe_ending(ending_of(session)) if stage == "ended" else None
    return {
        "stage": stage,
        "title": protocol["title"],
        "texts": _texts(session, stage),
        "progress": progress,
        "requirements": _requirements(protocol),
        "preview": session.kind == Session.Kind.PREVIEW,
        "ending": ending,
        "way_back": WAYS_BACK.get(Session.State(session.state)),
    }


def describe_welcome(protocol: Mapping[str, Any]) -> Json:
    """The same for a rater who is asked for consent and has no session yet."""
    return {
        "stage": "consent",
        "title": protocol["title"],
        "texts": {"consent": protocol["texts"]["consent"]},
        "progress": {
            "answered": 0,
            "total": _count_planned(protocol),
            "again": 0,
            "block": 0,
            "blocks": len(protocol["blocks"]),
        },
        "requirements": _requirements(protocol),
        "preview": False,
        "ending": None,
        "way_back": None,
    }


def describe_refusal(protocol: Mapping[str, Any], arrival: Arrival) -> Json:
    """The same for a rater who did not consent and may still do so; nothing is stored of it."""
    recruiter = recruiters.get(protocol["recruiter"])
    ending = recruiter.ending("no_consent", "", arrival.details, protocol["recruiter_settings"])
    refused = {"stage": "ended", "ending": describe_ending(ending), "way_back": "consent"}
    return {**describe_welcome(protocol), **refused}


def find_stage(session: Session, progress: Json) -> str:
    """The stage's name on the wire."""
    if session.state == Session.State.RUNNING and progress["answered"] == progress["total"]:
        return "debriefing"
    return STAGES.get(Session.State(session.state), "ended")


def describe_progress(session: Session) -> Json:
    """Trials answered of those that can be, and the block the rater is in.

    A trial that is repeated counts once, when its last repeat is answered, so that the total never grows;
    ``again`` says how many repeats wait.
    """
    blocks = session.version.protocol["blocks"]
    counts = session.trials.aggregate(
        answered=Count("response"),
        all=Count("pk"),
        set_aside=Count("set_aside_at"),
        repeats=Count("repeat_of"),
        again=Count("repeat_of", filter=Q(response__isnull=True, set_aside_at=None)),
        block=Min("block", filter=Q(response__isnull=True, set_aside_at=None)),
    )
    planned = _count_planned(session.version.protocol)
    started = counts["all"] > 0
    block = counts["block"]
    return {
        "answered": counts["answered"] - counts["repeats"],
        "total": counts["all"] - counts["set_aside"] - counts["repeats"] if started else planned,
        "again": counts["again"],
        "block": block if block is not None else (len(blocks) - 1 if started else 0),
        "blocks": len(blocks),
    }


def has_flashes(protocol: Mapping[str, Any]) -> bool:
    """Whether any block shows stimuli for a limited time."""
    return any(block.task.flashes(block.params) for block in _blocks(protocol))


def has_noise(protocol: Mapping[str, Any]) -> bool:
    """Whether noise follows what any block flashes."""
    return any(block.task.masks(block.params) for block in _blocks(protocol))


def images_side_by_side(protocol: Mapping[str, Any]) -> list[int]:
    """The numbers of images that blocks show in a row, each once."""
    return sorted({block.task.side_by_side for block in _blocks(protocol)})


def _requirements(protocol: Mapping[str, Any]) -> Json:
    return {
        "min_refresh_hz": MIN_REFRESH_HZ,
        "display_px": protocol["display_px"],
        "flashes": has_flashes(protocol),
        "noise": has_noise(protocol),
        "sizes": [
            {"columns": columns, "least_px": least_side_px(protocol["display_px"], columns)}
            for columns in images_side_by_side(protocol)
        ],
    }


def _count_planned(protocol: Mapping[str, Any]) -> int:
    return sum(block["trials"] + block["practice"] + block["catch"] for block in protocol["blocks"])


def _blocks(protocol: Mapping[str, Any]) -> list[FrozenBlock]:
    return [read_block(protocol, number) for number in range(len(protocol["blocks"]))]


def outcome_of(session: Session) -> str:
    """What the recruiter calls how the session ended; empty while it goes on."""
    return OUTCOMES.get(Session.State(session.state), "")


def ending_of(session: Session) -> Ending:
    """How the recruiter ends this session."""
    protocol = session.version.protocol
    recruiter = recruiters.get(protocol["recruiter"])
    ending: Ending = recruiter.ending(
        outcome_of(session), session.completion_code, session.recruitment, protocol["recruiter_settings"]
    )
    if session.trials.set_aside().exists() and not session.responses.exists():
        return replace(ending, message=f"{ending.message} {NOTHING_SHOWN}")
    return ending


def describe_ending(ending: Ending) -> Json:
    """An ending on the wire."""
    return {"code": ending.code, "redirect": ending.redirect_url, "message": ending.message}


def describe_completion(session: Session, ending: Ending) -> Json:
    """The answer to a rater who completed the session."""
    return {**describe_ending(ending), "debriefing": session.version.protocol["texts"]["debriefing"]}


def _texts(session: Session, stage: str) -> Json:
    texts = session.version.protocol["texts"]
    shown = {"consent": texts["consent"], "instructions": texts["instructions"]}
    if stage == "debriefing" or session.state in AFTER_TRIALS:
        shown["debriefing"] = texts["debriefing"]
    return shown
