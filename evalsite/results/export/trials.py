"""One row a trial: what was planned, what the screen did, what was answered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count, islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q
from django.db.models.fields.json import KT

from evalsite.results.export.table import Table
from evalsite.results.export.trial_columns import EXPOSURE, PLACE, PLAN, RESPONSE, STIMULUS, fact_column
from evalsite.results.scope import Scope
from evalsite.samples.candidates import LABEL
from evalsite.samples.models import SampleImage
from evalsite.samples.selectors import facts_of_sets
from evalsite.studies.models import StudyVersion
from evalsite.studies.planning import qualifying_blocks
from evalsite.tasks import registry
from evalsite.tasks.columns import Column
from evalsite.tasks.protocol import REAL
from evalsite.trials.models import Response, Session, Trial

Row = list[Any]
Json = dict[str, Any]
Images = Mapping[tuple[int, int], tuple[str, str, Mapping[str, str]]]

SESSIONS_AT_ONCE = 20
FIXED = frozenset(column.name for column in (*PLACE, *PLAN, *RESPONSE, *EXPOSURE))


@dataclass(frozen=True)
class _Shape:
    """What a study's trials hold at most.

    Args:
        slots: Places of stimuli in a trial.
        scores: Columns of the tasks' scores: name in the table, and the column as its task declares it.
        flashes: Exposures of the trial that has most.
        facts: What is known of the images beside their labels.
    """

    slots: tuple[str, ...]
    scores: Mapping[str, Column]
    flashes: int
    facts: tuple[str, ...]


@dataclass(frozen=True)
class _Version:
    """A frozen version, prepared for its trials: its sample sets by condition; tasks and facts by block."""

    number: int
    digest: str
    sets: Mapping[str, int]
    tasks: tuple[str, ...]
    qualifying: tuple[int, ...]
    facts: tuple[str, ...]


class _Record(NamedTuple):
    """A trial with its response as they are stored; all that belongs to the response is None without one."""

    session: UUID
    block: int
    position: int
    kind: str
    plan: Json
    presentation: Json | None
    delivered_at: datetime | None
    set_aside_reason: str
    repeat_of: int | None
    repeat: int | None
    answer: Json | None
    score: Json
    exposures: list[Json] | None
    rt_ms: float | None
    valid: bool | None
    invalid_reason: str | None
    answered_at: datetime | None
    received_at: datetime | None


FIELDS = (
    "session_id", "block", "position", "kind", "plan", "presentation", "delivered_at", "set_aside_reason",
    "repeat_of__position", "repeat__pk", "response__answer", "response__score", "response__exposures",
    "response__rt_ms", "response__valid", "response__invalid_reason", "response__answered_at",
    "response__received_at",
)  # fmt: skip
"""Where ``_Record`` comes from, in its order."""


def trial_columns(scope: Scope) -> list[Column]:
    """The columns that this study's trials need: their slots, scores and flashes among them."""
    shape = _shape(scope)
    stimuli = [
        Column(f"stimulus_{slot}_{column.name}", column.kind, column.help.format(slot=slot))
        for slot in shape.slots
        for column in (*STIMULUS, *map(fact_column, shape.facts))
    ]
    scores = [Column(name, column.kind, column.help, column.unit) for name, column in shape.scores.items()]
    exposures = [
        Column(f"{column.name}_{flash}" if flash > 1 else column.name, column.kind, column.help, column.unit)
        for flash in range(1, shape.flashes + 1)
        for column in EXPOSURE
    ]
    return [*PLACE, *stimuli, *PLAN, *RESPONSE, *scores, *exposures]


def trial_rows(scope: Scope) -> Iterator[Row]:
    """The trials of all sessions that count, finished or not, in the order of sessions and of showing."""
    shape = _shape(scope)
    versions = {version.pk: _prepare(version) for version in StudyVersion.objects.filter(study=scope.study)}
    sessions = scope.recorded().order_by("created_at", "pk").iterator(chunk_size=SESSIONS_AT_ONCE)
    while batch := {session.pk: session for session in islice(sessions, SESSIONS_AT_ONCE)}:
        records = _records(batch)
        images = _images(records, {pk: versions[session.version_id].sets for pk, session in batch.items()})
        places = {pk: _sitting(scope, versions[session.version_id], session) for pk, session in batch.items()}
        for record in records:
            version = versions[batch[record.session].version_id]
            yield _row(shape, version, places[record.session], images, record)


def _records(sessions: Mapping[UUID, Session]) -> list[_Record]:
    """All trials of these sessions with their responses, in order."""
    order = {pk: place for place, pk in enumerate(sessions)}
    rows = Trial.objects.filter(session__in=order).order_by().values_list(*FIELDS)
    records = [_Record._make(row) for row in rows]
    return sorted(records, key=lambda record: (order[record.session], record.block, record.position))


def _images(records: Iterable[_Record], sets: Mapping[UUID, Mapping[str, int]]) -> Images:
    """Digest, label and other facts of every image that these trials show, by sample set and position."""
    wanted: dict[int, set[int]] = {}
    for record in records:
        for stimulus in record.plan["stimuli"]:
            wanted.setdefault(sets[record.session][stimulus["condition"]], set()).add(stimulus["image"])
    asked = Q(pk__in=[])
    for sample_set, positions in wanted.items():
        asked |= Q(sample_set=sample_set, position__in=positions)
    rows = SampleImage.objects.filter(asked).values_list(
        "sample_set_id", "position", "sha256", "label", "facts"
    )
    return {(row[0], row[1]): row[2:] for row in rows}


def _sitting(scope: Scope, version: _Version, session: Session) -> Row:
    return [
        scope.study.slug, version.number, version.digest, str(session.pk), str(session.participant_id),
        session.kind, session.state, session.condition,
        session.device.get("browser"), session.device.get("os"),
    ]  # fmt: skip


def _row(shape: _Shape, version: _Version, sitting: Row, images: Images, record: _Record) -> Row:
    return [
        *sitting,
        *_place(version, record),
        *_stimuli(shape, version, images, record),
        *_plan(version, record),
        *_response(record),
        *_scores(shape, version.tasks[record.block], record),
        *_exposures(shape, record),
    ]


def _place(version: _Version, record: _Record) -> Row:
    earlier = record.repeat_of
    return [
        record.block + 1, version.tasks[record.block], record.block in version.qualifying,
        record.position + 1, record.kind,
        earlier is not None, None if earlier is None else earlier + 1, record.repeat is not None,
    ]  # fmt: skip


def _stimuli(shape: _Shape, version: _Version, images: Images, record: _Record) -> Row:
    shown = {stimulus["slot"]: stimulus for stimulus in record.plan["stimuli"]}
    cells: Row = []
    for slot in shape.slots:
        if stimulus := shown.get(slot):
            condition, position = stimulus["condition"], stimulus["image"]
            sha256, label, facts = images.get((version.sets[condition], position), ("", "", {}))
            cells += [condition, condition == REAL, position, sha256, label]
            cells += [facts.get(name) for name in shape.facts]
        else:
            cells += [None] * (len(STIMULUS) + len(shape.facts))
    return cells


def _plan(version: _Version, record: _Record) -> Row:
    settings = dict(record.plan["settings"])
    keys = settings.pop("keys", None) or {}
    return [
        " ".join(f"{answer}={key}" for answer, key in keys.items()),
        _json(settings), _json(record.presentation),
        version.facts[record.block], record.delivered_at, record.set_aside_reason,
    ]  # fmt: skip


def _response(record: _Record) -> Row:
    if record.answer is None:
        return [False, *[None] * (len(RESPONSE) - 1)]
    answer = record.answer.get("answer", _json(record.answer))
    return [
        True, answer, record.rt_ms, record.valid, record.invalid_reason, record.answered_at,
        record.received_at, len(record.exposures or ()),
    ]  # fmt: skip


def _scores(shape: _Shape, task: str, record: _Record) -> Row:
    if record.answer is None:
        return [None] * len(shape.scores)
    own = registry.get(task).columns
    return [record.score.get(column.name) if column in own else None for column in shape.scores.values()]


def _exposures(shape: _Shape, record: _Record) -> Row:
    flashes = record.exposures or []
    padded = [*flashes, *[{}] * (shape.flashes - len(flashes))]
    return [flash.get(column.name) for flash in padded for column in EXPOSURE]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""


def _prepare(version: StudyVersion) -> _Version:
    protocol = version.protocol
    sets = {condition["name"]: condition["sample_set"] for condition in protocol["conditions"]}
    blocks = [(registry.get(block["task"]), block["params"]) for block in protocol["blocks"]]
    facts = tuple(" ".join(task.facts(task.Params.from_json(params))) for task, params in blocks)
    names = tuple(task.name for task, _ in blocks)
    reference = {REAL: protocol["reference"]["sample_set"]}
    qualifying = tuple(qualifying_blocks(protocol))
    return _Version(version.number, version.digest, {**sets, **reference}, names, qualifying, facts)


def _shape(scope: Scope) -> _Shape:
    """The shape of the study's trials, asked of the database: the header comes before the first row."""
    trials = Trial.objects.filter(session__in=scope.recorded()).order_by()
    slots: dict[str, None] = {}
    for number in count():
        found = trials.values_list(KT(f"plan__stimuli__{number}__slot"), flat=True).distinct()
        if not (named := [slot for slot in found if slot]):
            break
        slots.update(dict.fromkeys(sorted(named)))
    responses = Response.objects.filter(session__in=scope.recorded()).order_by()
    flashes = next(n for n in count(1) if not responses.filter(**{f"exposures__{n}__isnull": False}).exists())
    return _Shape(tuple(slots), _score_columns(scope), flashes, _facts(scope))


def _facts(scope: Scope) -> tuple[str, ...]:
    """What is known of the study's images in any version; labels have a column in any case."""
    sets: dict[int, None] = {}
    for version in StudyVersion.objects.filter(study=scope.study).order_by("number"):
        sources = (version.protocol["reference"], *version.protocol["conditions"])
        sets.update(dict.fromkeys(source["sample_set"] for source in sources))
    return tuple(name for name in facts_of_sets(sets) if name != LABEL)


def _score_columns(scope: Scope) -> dict[str, Column]:
    """Score columns of all tasks of the study; a name that is taken by something else carries its task's."""
    columns: dict[str, Column] = {}
    for version in StudyVersion.objects.filter(study=scope.study).order_by("number"):
        for block in version.protocol["blocks"]:
            for column in registry.get(block["task"]).columns:
                taken = column.name in FIXED or columns.get(column.name, column) != column
                columns[f"{block['task']}_{column.name}" if taken else column.name] = column
    return columns


TRIALS = Table("trials", "One trial of a session that counts, answered or not.", trial_columns, trial_rows)
