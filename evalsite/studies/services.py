"""What changes a study's life: opening, closing, previewing, deleting."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from evalsite.studies.code_version import code_version
from evalsite.studies.errors import NoVersionError, StudyInUseError, StudyNotReadyError
from evalsite.studies.freezing import Json, digest, freeze
from evalsite.studies.models import Study, StudyVersion
from evalsite.studies.readiness import Findings, check_study, full_params
from evalsite.studies.selectors import image_sides, load_facts, study_data


@transaction.atomic
def open_study(*, study: Study, now: datetime) -> StudyVersion:
    """Freeze the study as it is and let raters come.

    Opening what has not changed since the current version gives that version again.

    Raises:
        StudyNotReadyError: with one sentence for each thing to mend; nothing is changed.
    """
    study = _locked(study)
    if problem := _not_openable(study):
        raise StudyNotReadyError(study.slug, [problem])
    version = _keep_version(study, _protocol(study), now)
    _set_state(study, Study.State.OPEN)
    return version


@transaction.atomic
def renew_version(*, study: Study, now: datetime) -> StudyVersion:
    """The version that raters who come now meet: the current one, kept anew if the code has changed since.

    So no answer stands under a version of code that did not ask for it.

    Raises:
        NoVersionError: the study was never opened.
    """
    study = _locked(study)
    return _keep_version(study, current_version(study).protocol, now)


@transaction.atomic
def close_study(*, study: Study) -> None:
    """Let no new rater come; who has begun can finish. A draft stays a draft."""
    study = _locked(study)
    if study.state == Study.State.OPEN:
        _set_state(study, Study.State.CLOSED)


@transaction.atomic
def freeze_imported_study(*, study: Study, now: datetime) -> StudyVersion:
    """The version that judgements collected elsewhere stand under; images need not be held here.

    Raises:
        StudyNotReadyError: the study is one that is run on this site, or a block's params are invalid.
    """
    study = _locked(study)
    if study.source != Study.Source.IMPORTED:
        raise StudyNotReadyError(study.slug, ["It is run on this site; open it instead."])
    return _keep_version(study, _frozen(study), now)


@transaction.atomic
def preview_version(study: Study) -> StudyVersion:
    """The version that a preview of the study as it is now stands on; never opened, unless it was anyway.

    Raises:
        StudyNotReadyError: as for opening.
    """
    study = _locked(study)
    protocol = _protocol(study)
    name = digest(protocol, code_version())
    known = StudyVersion.objects.filter(study=study, digest=name).order_by("-number").first()
    return known or StudyVersion.objects.create(
        study=study, number=0, digest=name, protocol=protocol, code_version=code_version()
    )


@transaction.atomic
def delete_study(*, study: Study) -> None:
    """Remove a study that nobody has taken part in.

    Raises:
        StudyInUseError: it has sessions.
    """
    study = _locked(study)
    if obstacle := deletion_obstacle(study):
        raise StudyInUseError(obstacle)
    study.sessions.all().delete()
    study.participants.all().delete()
    study.delete()


def deletion_obstacle(study: Study) -> str:
    """Why the study can't be deleted, in a sentence; empty if it can. Previews are no obstacle."""
    sessions = study.sessions.exclude(kind="preview").count()
    if not sessions:
        return ""
    held = "1 session is" if sessions == 1 else f"{sessions} sessions are"
    return f"Study {study.slug!r} is not deleted: {held} part of it. Close it instead; its answers stay."


def study_findings(study: Study) -> Findings:
    """What keeps the study from being opened; if nothing does, what its researcher should know first."""
    if problem := _not_openable(study):
        return Findings([problem])
    data = study_data(study)
    return check_study(data, image_sides(study), load_facts(freeze(data)))


def current_version(study: Study) -> StudyVersion:
    """The version that raters who come now meet. Raises ``NoVersionError`` if the study was never opened."""
    version = _last_opened(study)
    if version is None:
        raise NoVersionError(f"study {study.slug!r} was never opened; open it first")
    return version


def has_unopened_changes(study: Study) -> bool:
    """Whether the study as it is now differs from its current version."""
    version = _last_opened(study)
    return version is None or bool(study_findings(study).problems) or _frozen(study) != version.protocol


def _last_opened(study: Study) -> StudyVersion | None:
    return StudyVersion.objects.filter(study=study).opened().order_by("-number").first()


def _locked(study: Study) -> Study:
    """The study as the database has it, held until the transaction ends: versions are made in turn."""
    return Study.objects.select_for_update().get(pk=study.pk)


def _not_openable(study: Study) -> str:
    if study.source == Study.Source.IMPORTED:
        return "Its judgements were collected elsewhere; set up a study of its own to ask raters."
    return ""


def _protocol(study: Study) -> Json:
    """The frozen protocol of a study that is ready. Raises ``StudyNotReadyError``."""
    data = study_data(study)
    if found := check_study(data, facts=load_facts(freeze(data))).problems:
        raise StudyNotReadyError(study.slug, found)
    return _frozen(study)


def _frozen(study: Study) -> Json:
    data = study_data(study)
    blocks = [replace(block, params=full_params(block)) for block in data.blocks]
    return freeze(replace(data, blocks=blocks))


def _keep_version(study: Study, protocol: Json, now: datetime) -> StudyVersion:
    name = digest(protocol, code_version())
    last = _last_opened(study)
    if last and last.digest == name:
        return last
    return StudyVersion.objects.create(
        study=study,
        number=last.number + 1 if last else 1,
        digest=name,
        protocol=protocol,
        code_version=code_version(),
        opened_at=now,
    )


def _set_state(study: Study, state: Study.State) -> None:
    study.state = state
    study.save(update_fields=["state"])
