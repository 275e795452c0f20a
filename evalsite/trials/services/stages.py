"""A session's way from consent to completion. Every step may be repeated: a retry changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from evalsite.recruiters.protocol import Ending
from evalsite.studies.planning import PlacedTrial, plan_session, read_block, to_json
from evalsite.studies.selectors import load_facts
from evalsite.trials.checks import Check
from evalsite.trials.errors import WrongStageError
from evalsite.trials.models import Session, Trial
from evalsite.trials.naming import completion_code
from evalsite.trials.quality import MIN_REFRESH_HZ, large_enough
from evalsite.trials.services.counting import request_count
from evalsite.trials.services.judging import attends
from evalsite.trials.services.locking import BEGUN, lock_session
from evalsite.trials.services.previews import discard_preview
from evalsite.trials.state import (
    AFTER_TRIALS,
    PREVIEW_ENDING,
    PREVIEW_INATTENTIVE,
    ending_of,
    has_flashes,
    images_side_by_side,
)
from evalsite.trials.wire.messages import Device

State = Session.State


@transaction.atomic
def record_consent(*, session: Session, agreed: bool, now: datetime) -> Session:
    """Store the rater's consent, or end the session where it is refused; who refused may still agree."""
    locked = lock_session(session)
    decided = State.CONSENTED if agreed else State.DECLINED
    if locked.state in {State.ARRIVED, State.DECLINED}:
        return _move(locked, decided, now)
    if not agreed:
        raise WrongStageError("Consent was already given in this session; to withdraw it, close the page.")
    return locked


@transaction.atomic
def record_device(*, session: Session, device: Device, now: datetime) -> Session:
    """Store what the screen can do; one that can't show the study as planned may be checked again."""
    locked = lock_session(session)
    if locked.state not in {State.CONSENTED, State.READY, State.UNSUITABLE}:
        raise WrongStageError(f"The device is checked after consent; this session is at {locked.state!r}.")
    locked.device = device.to_json()
    suits = _suits(device, locked.version.protocol)
    return _move(locked, State.READY if suits else State.UNSUITABLE, now)


@transaction.atomic
def begin_trials(*, session: Session, now: datetime) -> Session:
    """Plan every trial of the session from the study's seed and the session's own. Raises ``PlanError``."""
    locked = lock_session(session)
    if locked.state in BEGUN:
        return locked
    if locked.state != State.READY:
        raise WrongStageError(f"Trials begin after the device check; this session is at {locked.state!r}.")
    placed = plan_session(
        locked.version.protocol,
        seed=locked.seed,
        condition=locked.condition,
        mirrored=locked.mirrored,
        facts=load_facts(locked.version.protocol),
    )
    Trial.objects.bulk_create(_trial_row(locked, position, trial) for position, trial in enumerate(placed))
    return _move(locked, State.RUNNING, now)


@transaction.atomic
def complete_session(*, session: Session, now: datetime) -> Ending:
    """End a session whose trials are all answered, with the same code each time; a preview is removed.

    One whose rater did not attend ends without a code. It is judged now and not at its last catch trial,
    which would tell the rater what gave it away and spare nobody much.
    """
    locked = lock_session(session)
    if locked.state in AFTER_TRIALS:
        return ending_of(locked)
    if locked.state != State.RUNNING:
        raise WrongStageError(f"A session is completed after its trials; this one is at {locked.state!r}.")
    if missing := locked.trials.pending().count():
        raise WrongStageError(f"{missing} trials are not answered yet; answer them before completing.")
    attentive = attends(locked) is not Check.FAILED
    if locked.kind == Session.Kind.PREVIEW:
        discard_preview(session=locked)
        return PREVIEW_ENDING if attentive else PREVIEW_INATTENTIVE
    locked.completed_at = now
    request_count(study=locked.study, now=now)
    if not attentive:
        return ending_of(_move(locked, State.FAILED_ATTENTION, now))
    locked.completion_code = completion_code(settings.SECRET_KEY, locked.pk)
    return ending_of(_move(locked, State.COMPLETED, now))


def _suits(device: Device, protocol: Mapping[str, Any]) -> bool:
    """Whether the screen is fast enough for what the study flashes and images are large enough on it."""
    fast_enough = device.refresh_hz >= MIN_REFRESH_HZ or not has_flashes(protocol)
    room = (device.room_width_px, device.room_height_px)
    return fast_enough and all(
        large_enough(*room, protocol["display_px"], columns) for columns in images_side_by_side(protocol)
    )


def _move(session: Session, state: State, now: datetime) -> Session:
    session.state = state
    session.last_seen_at = now
    session.save()
    return session


def _trial_row(session: Session, position: int, placed: PlacedTrial) -> Trial:
    block = read_block(session.version.protocol, placed.block)
    presentation = None if block.adaptive else block.task.adapt(block.params, placed.trial, [])
    return Trial(
        session=session,
        position=position,
        block=placed.block,
        kind=placed.trial.kind,
        plan=to_json(placed.trial),
        presentation=presentation,
    )
