from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from evalsite.samples.models import SampleSet
from evalsite.samples.services import create_empty_set
from evalsite.studies.code_version import code_version
from evalsite.studies.errors import NoVersionError, StudyInUseError, StudyNotReadyError
from evalsite.studies.freezing import digest
from evalsite.studies.models import Block, Condition, Study, StudyVersion
from evalsite.studies.services import (
    close_study,
    current_version,
    delete_study,
    freeze_imported_study,
    has_unopened_changes,
    open_study,
    preview_version,
    renew_version,
    study_findings,
)
from evalsite.tasks import registry
from evalsite.trials.models import Participant, Session

LATER = timedelta(hours=1)


def sit(study: Study, version: StudyVersion, now: datetime, kind: str = "live") -> Session:
    participant = Participant.objects.create(study=study, recruiter="open_link", created_at=now)
    return Session.objects.create(
        participant=participant,
        study=study,
        version=version,
        kind=kind,
        seed=1,
        created_at=now,
        last_seen_at=now,
    )


def test_opening_freezes_the_protocol_with_full_params(study: Study, now: datetime) -> None:
    version = open_study(study=study, now=now)
    study.refresh_from_db()
    assert (study.state, version.number, version.opened_at) == ("open", 1, now)
    assert version.protocol["blocks"][0]["params"] == registry.get("rapid_scene").Params().to_json()
    assert [condition["name"] for condition in version.protocol["conditions"]] == ["gan", "vae"]
    assert version.protocol["reference"]["manifest_digest"] == study.reference_set.manifest_digest
    assert json.loads(json.dumps(version.protocol)) == version.protocol
    assert current_version(study) == version


def test_opening_what_has_not_changed_gives_the_same_version(study: Study, now: datetime) -> None:
    first = open_study(study=study, now=now)
    close_study(study=study)
    assert open_study(study=study, now=now + LATER) == first
    assert study.versions.count() == 1
    study.refresh_from_db()
    assert study.state == "open"


def test_opening_what_has_changed_makes_the_next_version(study: Study, now: datetime) -> None:
    first = open_study(study=study, now=now)
    study.blocks.update(trials_per_block=30)
    second = open_study(study=study, now=now + LATER)
    assert (first.number, second.number) == (1, 2)
    assert first.digest != second.digest
    first.refresh_from_db()
    assert first.protocol["blocks"][0]["trials"] == 20
    assert current_version(study) == second


def test_going_back_is_a_new_version_of_the_old_digest(study: Study, now: datetime) -> None:
    first = open_study(study=study, now=now)
    for trials in (30, 20):
        study.blocks.update(trials_per_block=trials)
        latest = open_study(study=study, now=now)
    assert (latest.number, latest.digest) == (3, first.digest)


def test_code_that_changed_makes_the_next_version_of_the_same_protocol(study: Study, now: datetime) -> None:
    first = open_study(study=study, now=now)
    assert renew_version(study=study, now=now + LATER) == first
    older = {"code_version": "0.0.1", "digest": digest(first.protocol, "0.0.1")}
    study.versions.update(**older)
    study.blocks.update(trials_per_block=30)  # what nobody opened stays out
    renewed = renew_version(study=study, now=now + LATER)
    assert (renewed.number, renewed.opened_at) == (2, now + LATER)
    assert (renewed.protocol, renewed.code_version) == (first.protocol, code_version())
    assert renewed.digest == first.digest != older["digest"]


def test_a_study_that_is_not_ready_stays_as_it_was(study: Study, now: datetime) -> None:
    study.blocks.all().delete()
    with pytest.raises(StudyNotReadyError, match="'faces' can't be opened: There is no block") as caught:
        open_study(study=study, now=now)
    assert caught.value.problems == ["There is no block; add at least one, with a task."]
    study.refresh_from_db()
    assert study.state == "draft"
    assert not study.versions.exists()


def test_closing_leaves_a_draft_a_draft(study: Study, now: datetime) -> None:
    close_study(study=study)
    study.refresh_from_db()
    assert study.state == "draft"
    open_study(study=study, now=now)
    close_study(study=study)
    study.refresh_from_db()
    assert study.state == "closed"


def test_a_study_that_was_never_opened_has_no_current_version(study: Study) -> None:
    with pytest.raises(NoVersionError, match="never opened; open it first"):
        current_version(study)


def test_a_preview_stands_on_a_version_that_was_never_opened(study: Study) -> None:
    version = preview_version(study)
    assert (version.number, version.opened_at) == (0, None)
    assert preview_version(study) == version
    with pytest.raises(NoVersionError):
        current_version(study)
    study.refresh_from_db()
    assert study.state == "draft"


def test_a_preview_of_what_is_open_stands_on_the_open_version(study: Study, now: datetime) -> None:
    opened = open_study(study=study, now=now)
    assert preview_version(study) == opened
    Condition.objects.filter(name="vae").delete()
    assert preview_version(study).number == 0
    assert current_version(study) == opened


def test_opening_after_a_preview_counts_from_one(study: Study, now: datetime) -> None:
    previewed = preview_version(study)
    opened = open_study(study=study, now=now)
    assert opened.number == 1
    assert opened.digest == previewed.digest


def test_a_draft_that_is_not_ready_has_no_preview(study: Study) -> None:
    study.conditions.all().delete()
    with pytest.raises(StudyNotReadyError, match="no condition"):
        preview_version(study)


def test_unopened_changes_are_noticed(study: Study, now: datetime) -> None:
    assert has_unopened_changes(study)
    open_study(study=study, now=now)
    assert not has_unopened_changes(study)
    Study.objects.filter(pk=study.pk).update(title="Other")
    study.refresh_from_db()
    assert has_unopened_changes(study)


@pytest.mark.parametrize("number", [0, 1])
def test_the_database_ties_a_versions_number_to_its_opening(study: Study, number: int, now: datetime) -> None:
    opened_at = None if number else now
    with pytest.raises(IntegrityError), transaction.atomic():
        StudyVersion.objects.create(
            study=study, number=number, opened_at=opened_at, digest="d", protocol={}, code_version="1"
        )


def imported(make_set: Callable[..., SampleSet], now: datetime) -> Study:
    empty = {"origin": "Stein et al. 2023", "now": now}
    study = Study.objects.create(
        slug="stein",
        title="Stein et al.",
        source="imported",
        reference_set=create_empty_set(name="CIFAR-10", kind="reference", **empty),
        created_at=now,
    )
    Condition.objects.create(
        study=study, name="NVAE", sample_set=create_empty_set(name="NVAE", kind="generated", **empty)
    )
    Block.objects.create(study=study, task="rapid_scene", trials_per_block=200)
    return study


def test_imported_judgements_stand_under_a_version_without_images(
    make_set: Callable[..., SampleSet], now: datetime
) -> None:
    study = imported(make_set, now)
    version = freeze_imported_study(study=study, now=now)
    assert (version.number, version.opened_at) == (1, now)
    assert version.protocol["conditions"][0]["count"] == 0
    assert freeze_imported_study(study=study, now=now) == version


def test_imported_judgements_are_not_opened(make_set: Callable[..., SampleSet], now: datetime) -> None:
    study = imported(make_set, now)
    with pytest.raises(StudyNotReadyError, match="collected elsewhere"):
        open_study(study=study, now=now)
    assert study_findings(study).problems != []


def test_a_study_of_this_site_is_not_frozen_as_imported(study: Study, now: datetime) -> None:
    with pytest.raises(StudyNotReadyError, match="open it instead"):
        freeze_imported_study(study=study, now=now)


def test_a_study_with_sessions_is_not_deleted(study: Study, now: datetime) -> None:
    version = open_study(study=study, now=now)
    sit(study, version, now)
    with pytest.raises(StudyInUseError, match=r"1 session is part of it\. Close it instead"):
        delete_study(study=study)
    with pytest.raises(ProtectedError):
        study.delete()
    assert Study.objects.filter(pk=study.pk).exists()


def test_a_study_without_sessions_goes_with_its_versions_and_previews(study: Study, now: datetime) -> None:
    open_study(study=study, now=now)
    study.blocks.update(trials_per_block=5)
    sit(study, preview_version(study), now, kind="preview")
    delete_study(study=study)
    assert not Study.objects.exists()
    assert not StudyVersion.objects.exists()
    assert SampleSet.objects.count() == 3
