"""A rater arrives: recognised if known, given a place in the least filled condition otherwise."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from evalsite.recruiters import registry as recruiters
from evalsite.recruiters.protocol import Arrival
from evalsite.studies.models import Study, StudyVersion
from evalsite.studies.planning import rater_groups
from evalsite.studies.services import current_version, preview_version, renew_version
from evalsite.trials.errors import StudyClosedError
from evalsite.trials.models import Participant, Session
from evalsite.trials.services.previews import PREVIEW_LIFE, purge_previews

T = TypeVar("T")

PLACE_HELD = timedelta(hours=1)
"""How long an unfinished session holds its place in a condition after its rater was last seen."""


@transaction.atomic
def arrive(
    *,
    study: Study,
    query: Mapping[str, str],
    now: datetime,
    kind: str = Session.Kind.LIVE,
    returning: Sequence[UUID] = (),
    again: bool = False,
    seed: int | None = None,
) -> Session:
    """The session of whoever follows the study's link.

    Args:
        study: The study of the link.
        query: The link's parameters, from which the recruiter recognises the rater.
        now: The time.
        kind: ``live``, or ``simulated`` (which no recruiter recognises and which is balanced apart).
        returning: Sessions that this browser has been in; the last of this study goes on, ended or not.
        again: Whether a session that ended is left alone, because another person sits at this browser now.
        seed: The new session's seed; drawn if not given.

    Raises:
        StudyClosedError: If the rater is new and the study is not open.
    """
    # Arrivals queue here, so that no two see the same gap in the balance.
    study = Study.objects.select_for_update().get(pk=study.pk)
    if known := _last_session(study, returning, kind, again=again):
        return known
    if study.state == Study.State.DRAFT:
        raise StudyClosedError("This study is not open yet.")
    version = current_version(study)
    arrival = Arrival("", {}) if kind == Session.Kind.SIMULATED else _recognise(version, query)
    if known := _session_of(study, version, arrival):
        return known
    if study.state != Study.State.OPEN:
        raise StudyClosedError("This study is closed and takes no new raters.")
    version = renew_version(study=study, now=now)
    return _seat(version, arrival, kind, now=now, seed=secrets.randbits(48) if seed is None else seed)


@transaction.atomic
def start_preview(*, study: Study, now: datetime, seed: int | None = None) -> Session:
    """A session in which a researcher sees the study as a rater would; nothing of it is kept."""
    purge_previews(study=study, seen_before=now - PREVIEW_LIFE)
    version = preview_version(study)
    seed = secrets.randbits(48) if seed is None else seed
    return _seat(version, Arrival("", {}), Session.Kind.PREVIEW, now=now, seed=seed)


def _last_session(study: Study, returning: Sequence[UUID], kind: str, *, again: bool) -> Session | None:
    sessions = study.sessions.filter(pk__in=returning, kind=kind)
    return (sessions.unfinished() if again else sessions).last()


def _recognise(version: StudyVersion, query: Mapping[str, str]) -> Arrival:
    protocol = version.protocol
    return recruiters.get(protocol["recruiter"]).recognise(query, protocol["recruiter_settings"])


def _session_of(study: Study, version: StudyVersion, arrival: Arrival) -> Session | None:
    if not arrival.external_id:
        return None
    return study.sessions.filter(
        participant__recruiter=version.protocol["recruiter"],
        participant__external_id=arrival.external_id,
        kind=Session.Kind.LIVE,
    ).last()


def _seat(version: StudyVersion, arrival: Arrival, kind: str, *, now: datetime, seed: int) -> Session:
    condition, mirrored = _choose_place(version, kind, now=now, seed=seed)
    participant = Participant.objects.create(
        study=version.study,
        recruiter=version.protocol["recruiter"],
        external_id=arrival.external_id,
        created_at=now,
    )
    return Session.objects.create(
        participant=participant,
        study=version.study,
        version=version,
        kind=kind,
        condition=condition,
        mirrored=mirrored,
        seed=seed,
        recruitment=arrival.details,
        created_at=now,
        last_seen_at=now,
    )


def _choose_place(version: StudyVersion, kind: str, *, now: datetime, seed: int) -> tuple[str, bool]:
    """The condition that fewest raters have, and of its two arrangements of keys the rarer one."""
    places = version.study.sessions.filter(kind=kind).taking_part(seen_since=now - PLACE_HELD)
    taken = list(places.values_list("condition", "mirrored"))
    chance = Random(seed)
    condition = _rarest(rater_groups(version.protocol), [name for name, _ in taken], chance)
    return condition, _rarest([False, True], [turned for name, turned in taken if name == condition], chance)


def _rarest(options: Sequence[T], taken: Iterable[T], chance: Random) -> T:
    counts = Counter(taken)
    fewest = min(counts[option] for option in options)
    return chance.choice([option for option in options if counts[option] == fewest])
