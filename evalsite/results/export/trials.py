"""One row a trial: what was planned, what the screen did, what was answered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

from django.db.models import Q
from django.db.models.fields.json import KT

from evalsite.results.export.table import Table
from evalsite.results.export.trial_columns import EXPOSURE, PLACE, PLAN, RESPONSE, STIMULUS
from evalsite.results.scope import Scope
from evalsite.samples.models import SampleImage
from evalsite.studies.models import StudyVersion
from evalsite.tasks import registry
from evalsite.tasks.columns import Column
from evalsite.tasks.protocol import REAL
from evalsite.trials.models import Response, Session, Trial

Row = list[Any]
Images = Mapping[tuple[int, int], tuple[str, str]]

SESSIONS_AT_ONCE = 20
FIXED = frozenset(column.name for column in (*PLACE, *PLAN, *RESPONSE, *EXPOSURE))


@dataclass(frozen=True)
class _Shape:
    """What a study's trials hold at most.

    Args:
        slots: Places of stimuli in a trial.
        scores: Columns of the tasks' scores: name in the table, and the column as its task declares it.
        flashes: Exposures of the trial that has most.
    """

    slots: tuple[str, ...]
    scores: Mapping[str, Column]
    flashes: int


@dataclass(frozen=True)
class _Version:
    """A frozen version, prepared for its trials: its sample sets by condition; task and facts by block."""

    number: int
    digest: str
    sets: Mapping[str, int]
    tasks: tuple[str, ...]
    facts: tuple[str, ...]


def trial_columns(scope: Scope) -> list[Column]:
    """The columns that this study's trials need: their slots, scores and flashes among them."""
    shape = _shape(scope)
    stimuli = [
        Column(f"stimulus_{slot}_{column.name}", column.kind, column.help.format(slot=slot))
        for slot in shape.slots
        for column in STIMULUS
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
    sessions = scope.sessions().order_by("created_at", "pk").iterator(chunk_size=SESSIONS_AT_ONCE)
    while batch := list(islice(sessions, SESSIONS_AT_ONCE)):
        trials = _trials(batch)
        images = _images(trials, versions)
        for trial in trials:
            yield _row(scope, shape, versions[trial.session.version_id], images, trial)


def _trials(sessions: list[Session]) -> list[Trial]:
    """All trials of these sessions with what belongs to them, in order."""
    order = {session.pk: place for place, session in enumerate(sessions)}
    found = list(Trial.objects.filter(session__in=sessions).select_related("response", "repeat", "repeat_of"))
    known = {session.pk: session for session in sessions}
    for trial in found:
        trial.session = known[trial.session_id]
    return sorted(found, key=lambda trial: (order[trial.session_id], trial.block, trial.position))


def _images(trials: Iterable[Trial], versions: Mapping[int, _Version]) -> Images:
    """Digest and label of every image that these trials show, by sample set and position."""
    wanted: dict[int, set[int]] = {}
    for trial in trials:
        sets = versions[trial.session.version_id].sets
        for stimulus in trial.plan["stimuli"]:
            wanted.setdefault(sets[stimulus["condition"]], set()).add(stimulus["image"])
    asked = Q(pk__in=[])
    for sample_set, positions in wanted.items():
        asked |= Q(sample_set=sample_set, position__in=positions)
    rows = SampleImage.objects.filter(asked).values_list("sample_set_id", "position", "sha256", "label")
    return {(sample_set, position): (sha256, label) for sample_set, position, sha256, label in rows}


def _row(scope: Scope, shape: _Shape, version: _Version, images: Images, trial: Trial) -> Row:
    response: Response | None = getattr(trial, "response", None)
    return [
        *_place(scope, version, trial),
        *_stimuli(shape, version, images, trial),
        *_plan(version, trial),
        *_response(response),
        *_scores(shape, version.tasks[trial.block], response),
        *_exposures(shape, response),
    ]


def _place(scope: Scope, version: _Version, trial: Trial) -> Row:
    session, earlier = trial.session, trial.repeat_of
    return [
        scope.study.slug, version.number, version.digest, str(session.pk), str(session.participant_id),
        session.kind, session.state, session.condition,
        session.device.get("browser"), session.device.get("os"),
        trial.block + 1, version.tasks[trial.block], trial.position + 1, trial.kind,
        earlier is not None, earlier.position + 1 if earlier else None, hasattr(trial, "repeat"),
    ]  # fmt: skip


def _stimuli(shape: _Shape, version: _Version, images: Images, trial: Trial) -> Row:
    shown = {stimulus["slot"]: stimulus for stimulus in trial.plan["stimuli"]}
    cells: Row = []
    for slot in shape.slots:
        if stimulus := shown.get(slot):
            condition, position = stimulus["condition"], stimulus["image"]
            sha256, label = images.get((version.sets[condition], position), ("", ""))
            cells += [condition, condition == REAL, position, sha256, label]
        else:
            cells += [None] * len(STIMULUS)
    return cells


def _plan(version: _Version, trial: Trial) -> Row:
    settings = dict(trial.plan["settings"])
    keys = settings.pop("keys", None) or {}
    return [
        " ".join(f"{answer}={key}" for answer, key in keys.items()),
        _json(settings), _json(trial.presentation),
        version.facts[trial.block], trial.delivered_at,
    ]  # fmt: skip


def _response(response: Response | None) -> Row:
    if response is None:
        return [False, *[None] * (len(RESPONSE) - 1)]
    answer = response.answer.get("answer", _json(response.answer))
    return [
        True, answer, response.rt_ms, response.valid, response.invalid_reason, response.answered_at,
        response.received_at, len(response.exposures),
    ]  # fmt: skip


def _scores(shape: _Shape, task: str, response: Response | None) -> Row:
    if response is None:
        return [None] * len(shape.scores)
    own = registry.get(task).columns
    return [response.score.get(column.name) if column in own else None for column in shape.scores.values()]


def _exposures(shape: _Shape, response: Response | None) -> Row:
    records = response.exposures if response else []
    padded = [*records, *[{}] * (shape.flashes - len(records))]
    return [record.get(column.name) for record in padded for column in EXPOSURE]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""


def _prepare(version: StudyVersion) -> _Version:
    protocol = version.protocol
    sets = {condition["name"]: condition["sample_set"] for condition in protocol["conditions"]}
    blocks = [(registry.get(block["task"]), block["params"]) for block in protocol["blocks"]]
    facts = tuple(" ".join(task.facts(task.Params.from_json(params))) for task, params in blocks)
    names = tuple(task.name for task, _ in blocks)
    reference = {REAL: protocol["reference"]["sample_set"]}
    return _Version(version.number, version.digest, {**sets, **reference}, names, facts)


def _shape(scope: Scope) -> _Shape:
    """The shape of the study's trials, asked of the database: the header comes before the first row."""
    trials = Trial.objects.filter(session__in=scope.sessions()).order_by()
    slots: dict[str, None] = {}
    for number in count():
        found = trials.values_list(KT(f"plan__stimuli__{number}__slot"), flat=True).distinct()
        if not (named := [slot for slot in found if slot]):
            break
        slots.update(dict.fromkeys(sorted(named)))
    responses = Response.objects.filter(session__in=scope.sessions()).order_by()
    flashes = next(n for n in count(1) if not responses.filter(**{f"exposures__{n}__isnull": False}).exists())
    return _Shape(tuple(slots), _score_columns(scope), flashes)


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
