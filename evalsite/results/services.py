"""Bringing in what was judged and measured elsewhere. Each import is whole or undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from evalsite.results.errors import ImportFileError
from evalsite.results.importing.judgements import JudgementFile, Survey, survey
from evalsite.results.importing.matching import match_names
from evalsite.results.importing.metric_values import MetricFile
from evalsite.runs.records import import_values
from evalsite.samples.errors import InvalidNameError, NameTakenError
from evalsite.samples.models import SampleSet
from evalsite.samples.services import create_empty_set
from evalsite.studies.models import Block, Condition, Study
from evalsite.studies.services import freeze_imported_study
from evalsite.suggestions import did_you_mean
from evalsite.trials.errors import InvalidImportError
from evalsite.trials.services import import_responses

TASK = "rapid_scene"
PARAMS = {"exposure": "unlimited"}
"""What an imported study asks: real or generated? How long images were seen is not in the file."""

LONGEST_STUDY_NAME = 80
LONGEST_SET_NAME = 120
ELSEWHERE = "These judgements were collected elsewhere; this site did not show this text."


@dataclass(frozen=True)
class ImportedStudy:
    """What came of an import of judgements."""

    study: Study
    judgements: int
    participants: int
    conditions: int


@dataclass(frozen=True)
class ImportedMetrics:
    """What came of an import of metric values: quantities by condition, and the conditions without a line."""

    quantities: tuple[str, ...]
    conditions: tuple[str, ...]
    missing: tuple[str, ...]


@transaction.atomic
def import_judgements(*, file: JudgementFile, name: str, now: datetime, reference: str = "") -> ImportedStudy:
    """Make a study of its own from a file of judgements.

    Args:
        file: The file.
        name: The new study's name, as in its address.
        now: Time of the import.
        reference: Name of the reference set that the real images are from; a new one without images if empty.

    Raises:
        ImportFileError: The file or a name can't be right; nothing is changed.
    """
    file.check()
    found = survey(file)
    study = _create_study(file, found, name, reference, now)
    version = freeze_imported_study(study=study, now=now)
    rows = (found.place(judgement) for _, judgement in file.judgements())
    try:
        stored = import_responses(study=study, version=version, rows=rows, now=now)
    except InvalidImportError as error:
        raise ImportFileError(f"{file.source.name}: {error}") from error
    return ImportedStudy(study, stored, len(found.trials), len(found.conditions))


@transaction.atomic
def import_metrics(
    *, file: MetricFile, study: Study, now: datetime, aliases: Mapping[str, str] | None = None
) -> ImportedMetrics:
    """Store metric values of others beside a study's conditions.

    Args:
        file: The file.
        study: The study whose conditions the file speaks of.
        now: Time of the import.
        aliases: From a name in the file to the condition that it means.

    Raises:
        ImportFileError: The file or a name can't be right; nothing is changed.
    """
    values = file.values()
    conditions = {condition.name: condition for condition in study.conditions.select_related("sample_set")}
    matched = match_names(list(values), list(conditions), aliases or {})
    for name, measured in values.items():
        provenance = {**file.source.provenance, "name_in_file": name}
        sample_set = conditions[matched[name]].sample_set
        run = import_values(sample_set=sample_set, values=measured, provenance=provenance, now=now)
        for quantity, better in file.better.items():
            run.values.filter(quantity=quantity).update(better=better)
    quantities = dict.fromkeys(quantity for measured in values.values() for quantity in measured)
    missing = tuple(name for name in conditions if name not in matched.values())
    return ImportedMetrics(tuple(quantities), tuple(matched.values()), missing)


def _create_study(file: JudgementFile, found: Survey, name: str, reference: str, now: datetime) -> Study:
    _check_name(name)
    origin = f"judgements imported from {file.source.name}"
    study = Study.objects.create(
        slug=name,
        title=name,
        state=Study.State.CLOSED,
        source=Study.Source.IMPORTED,
        provenance=_provenance(file),
        reference_set=_reference(reference, name, origin, now),
        assignment=Study.Assignment.BETWEEN if found.between else Study.Assignment.WITHIN,
        consent_text=ELSEWHERE,
        instructions_text=ELSEWHERE,
        debriefing_text=ELSEWHERE,
        created_at=now,
    )
    for position, condition in enumerate(found.conditions):
        images = _empty_set(f"{name}: {condition}", "generated", origin, now)
        Condition.objects.create(study=study, name=condition, sample_set=images, position=position)
    trials = max(found.trials.values())
    Block.objects.create(study=study, task=TASK, params=PARAMS, trials_per_block=trials, practice_trials=0)
    return study


def _provenance(file: JudgementFile) -> dict[str, Any]:
    meaning = {"layout": file.layout, "columns": dict(file.columns)}
    rates = {"trials_per_truth": file.trials_per_truth} if file.layout == "rates" else {}
    return {**file.source.provenance, **meaning, **rates}


def _check_name(name: str) -> None:
    if not name or slugify(name) != name:
        hint = f"; {slugify(name)!r} would do" if slugify(name) else ""
        raise ImportFileError(
            f"a study can't be named {name!r}: use lower-case letters, digits and hyphens{hint}"
        )
    if len(name) > LONGEST_STUDY_NAME:
        raise ImportFileError(
            f"the study's name has {len(name)} characters; give one of at most {LONGEST_STUDY_NAME}"
        )
    if Study.objects.filter(slug=name).exists():
        raise ImportFileError(f"there is a study named {name!r} already; give this one another name")


def _reference(reference: str, name: str, origin: str, now: datetime) -> SampleSet:
    if not reference:
        return _empty_set(f"{name}: real images", "reference", origin, now)
    references = SampleSet.objects.references()
    found: SampleSet | None = references.filter(name=reference).first()
    if found is None:
        hint = did_you_mean(reference, references.values_list("name", flat=True))
        raise ImportFileError(f"no reference set is named {reference!r}; {hint}")
    return found


def _empty_set(name: str, kind: str, origin: str, now: datetime) -> SampleSet:
    """A set that stands for images held elsewhere; its name may not be taken nor too long."""
    if len(name) > LONGEST_SET_NAME:
        raise ImportFileError(
            f"the sample set {name!r} has more than {LONGEST_SET_NAME} characters; name the study shorter"
        )
    try:
        return create_empty_set(name=name, kind=kind, origin=origin, now=now)
    except InvalidNameError as error:
        raise ImportFileError(f"the sample set of a condition can't be made: {error}") from error
    except NameTakenError as error:
        raise ImportFileError(f"this study needs another name: {error}") from error
