"""Handing out trials: all that wait, or one at a time where each depends on the answers before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from evalsite.studies.planning import FrozenBlock, from_json, read_block
from evalsite.tasks.protocol import ScoredTrial
from evalsite.trials.delivery import describe_trial
from evalsite.trials.models import Session, Trial
from evalsite.trials.naming import stimulus_name
from evalsite.trials.reading import SCORED_COLUMNS, to_scored_trial
from evalsite.trials.services.locking import lock_running, touch
from evalsite.trials.state import describe_progress

Json = dict[str, Any]


@transaction.atomic
def deliver_block(*, session: Session, now: datetime) -> Json:
    """The current block's trials that still wait for an answer, ready to be shown; none after its end."""
    locked = lock_running(session)
    progress = describe_progress(locked)
    waiting = locked.trials.pending() if locked.state == Session.State.RUNNING else locked.trials.none()
    pending = list(waiting.filter(block=progress["block"]))
    touch(locked, now)
    if not pending:
        return {"block": None, "trials": [], "progress": progress}
    block = read_block(locked.version.protocol, pending[0].block)
    _deliver(locked, block, pending[:1] if block.adaptive else pending, now)
    return {
        "block": block.number,
        "task": block.task.name,
        "adaptive": block.adaptive,
        "trials": [_describe(locked, block, trial) for trial in pending],
        "progress": progress,
    }


def next_adaptive(*, session: Session, number: int, now: datetime) -> Json | None:
    """The next trial of an adaptive block, as the answers so far decide; None at its end, or if not adaptive.

    The caller holds the session's lock.
    """
    block = read_block(session.version.protocol, number)
    trial = session.trials.pending().filter(block=number).first() if block.adaptive else None
    if trial is None:
        return None
    _deliver(session, block, [trial], now)
    described = _describe(session, block, trial)
    return {"trial": described["trial"], "payload": described["payload"]}


def _deliver(session: Session, block: FrozenBlock, trials: Sequence[Trial], now: datetime) -> None:
    """Mark trials as handed out; what is shown is decided once, so that a reload shows the same."""
    for trial in trials:
        if trial.presentation is None:
            history = _history(session, block)
            trial.presentation = block.task.adapt(block.params, from_json(trial.plan), history)
            trial.save(update_fields=["presentation"])
    Trial.objects.filter(pk__in=[trial.pk for trial in trials], delivered_at=None).update(delivered_at=now)


def _history(session: Session, block: FrozenBlock) -> list[ScoredTrial]:
    answered = session.trials.filter(block=block.number, response__isnull=False).order_by("position")
    return [to_scored_trial(row) for row in answered.values_list(*SCORED_COLUMNS)]


def _describe(session: Session, block: FrozenBlock, trial: Trial) -> Json:
    def url_of(slot: int) -> str:
        name = stimulus_name(settings.SECRET_KEY, session.pk, trial.position, slot)
        return reverse("trials:stimulus", args=[session.pk, name])

    return describe_trial(
        block,
        trial.position,
        from_json(trial.plan),
        trial.presentation,
        url_of,
        display_px=session.version.protocol["display_px"],
    )
