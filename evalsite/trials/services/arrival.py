"""A rater arrives: recognised if known, given a place in the least filled condition after consent."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar
from uuid import UUID, uuid4

from django.db import transaction

from evalsite.recruiters import registry as recruiters
from evalsite.recruiters.protocol import Arrival
from evalsite.studies.models import Study, StudyVersion
from evalsite.studies.planning import rater_groups
from evalsite.studies.services import current_version, preview_version, renew_version
from evalsite.trials.errors import ConsentChangedError, StudyClosedError
from evalsite.trials.models import Participant, Session
from evalsite.trials.naming import text_digest
from evalsite.trials.services.previews import PREVIEW_LIFE, purge_previews
from evalsite.trials.wire.messages import Visit

T = TypeVar("T")

PLACE_HELD = timedelta(hours=1)
"""How long an unfinished session holds its place in a condition after its rater was last seen."""


@dataclass(frozen=True)
class Welcome:
    """A new rater at a study's link, of whom nothing is stored until there is consent.

    Attributes:
        version: What the rater is asked to consent to.
        arrival: Who came, as the recruiter says.
    """

    version: StudyVersion
    arrival: Arrival


def recognise_rater(
    *,
    study: Study,
    query: Mapping[str, str],
    kind: str = Session.Kind.LIVE,
    returning: Sequence[UUID] = (),
    again: bool = False,
) -> Session | Welcome:
    """The session of whoever follows the study's link, or a welcome for a new rater. Stores nothing.

    A platform's id decides alone. Two people at one computer then have a session each, and one person at
    two computers has one.

    Args:
        study: The study of the link.
        query: The link's parameters, from which the recruiter recognises the rater.
        kind: `live`, or `simulated` (which no recruiter recognises and which is balanced apart).
        returning: Sessions that this browser has been in; the last of this study goes on, ended or not.
            Not looked at where the link carries a platform's id.
        again: Whether a session that ended is left alone, because another person sits at this browser now.

    Raises:
        StudyClosedError: If the rater is new and the study is not open.
    """
    if study.state == Study.State.DRAFT:
        raise StudyClosedError("This study is not open yet.")
    version = current_version(study)
    arrival = Arrival() if kind == Session.Kind.SIMULATED else _recognise(version, query)
    if arrival.external_id:
        known = _session_of(study, version, arrival)
    else:
        known = _last_session(study, returning, kind, again=again)
    if known:
        return known
    if study.state != Study.State.OPEN:
        raise StudyClosedError("This study is closed and takes no new raters.")
    return Welcome(version, arrival)


@transaction.atomic
def begin_session(
    *,
    study: Study,
    query: Mapping[str, str],
    now: datetime,
    visit: Visit | None = None,
    kind: str = Session.Kind.LIVE,
    returning: Sequence[UUID] = (),
    again: bool = False,
    seed: int | None = None,
) -> Session:
    """The session of a rater who consents: their own if there is one, a new one with a place otherwise.

    Args:
        study: The study of the link.
        query: The link's parameters.
        now: The time.
        visit: The consent page that was answered. Its name becomes the session's id, so that a page
            answered twice (a double click, a retry) makes one session.
        kind: As for `recognise_rater`.
        returning: As for `recognise_rater`.
        again: As for `recognise_rater`.
        seed: The new session's seed; drawn if not given.

    Raises:
        StudyClosedError: If the rater is new and the study is not open.
        ConsentChangedError: If the consent text is not the one that was answered.
    """
    # Raters queue here, so that no two see the same gap in the balance.
    study = Study.objects.select_for_update().get(pk=study.pk)
    name = visit.name if visit else uuid4()
    answered: Session | None = study.sessions.filter(pk=name, kind=kind).first()
    if answered:
        return answered
    found = recognise_rater(study=study, query=query, kind=kind, returning=returning, again=again)
    if isinstance(found, Session):
        return found
    if visit and visit.consent != text_digest(found.version.protocol["texts"]["consent"]):
        raise ConsentChangedError("The text that you agreed to has changed since this page was opened.")
    version = renew_version(study=study, now=now)
    seed = secrets.randbits(48) if seed is None else seed
    state = Session.State.CONSENTED
    return _seat(version, found.arrival, kind, now=now, seed=seed, state=state, pk=name)


@transaction.atomic
def start_preview(*, study: Study, now: datetime, seed: int | None = None) -> Session:
    """A session in which a researcher sees the study as a rater would; nothing of it is kept."""
    purge_previews(study=study, seen_before=now - PREVIEW_LIFE)
    version = preview_version(study)
    seed = secrets.randbits(48) if seed is None else seed
    state = Session.State.ARRIVED
    return _seat(version, Arrival(), Session.Kind.PREVIEW, now=now, seed=seed, state=state, pk=uuid4())


def _last_session(study: Study, returning: Sequence[UUID], kind: str, *, again: bool) -> Session | None:
    sessions = study.sessions.filter(pk__in=returning, kind=kind)
    return (sessions.unfinished() if again else sessions).last()


def _recognise(version: StudyVersion, query: Mapping[str, str]) -> Arrival:
    protocol = version.protocol
    return recruiters.get(protocol["recruiter"]).recognise(query, protocol["recruiter_settings"])


def _session_of(study: Study, version: StudyVersion, arrival: Arrival) -> Session | None:
    return study.sessions.filter(
        participant__recruiter=version.protocol["recruiter"],
        participant__external_id=arrival.external_id,
        kind=Session.Kind.LIVE,
    ).last()


def _seat(
    version: StudyVersion, arrival: Arrival, kind: str, *, now: datetime, seed: int, state: str, pk: UUID
) -> Session:
    condition, mirrored = _choose_place(version, kind, now=now, seed=seed)
    participant = Participant.objects.create(
        study=version.study,
        recruiter=version.protocol["recruiter"],
        external_id=arrival.external_id,
        created_at=now,
    )
    return Session.objects.create(
        pk=pk,
        participant=participant,
        study=version.study,
        version=version,
        kind=kind,
        state=state,
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
