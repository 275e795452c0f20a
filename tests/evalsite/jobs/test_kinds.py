"""Job kinds are found in every room of the site, without being imported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin

import evalsite
from evalsite.jobs import kinds
from evalsite.jobs.errors import DuplicateJobKindError, UnknownJobKindError
from evalsite.jobs.models import Job

BROKEN = "raise RuntimeError('this file must not be imported')\n"


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any):
    """Installs a room of the site with a file of each of these kinds, which fails when it is imported."""
    monkeypatch.setattr(evalsite, "__path__", [*evalsite.__path__, str(tmp_path)])

    def make(room: str, *names: str) -> None:
        folder = tmp_path / room / "job_kinds"
        folder.mkdir(parents=True)
        (folder.parent / "__init__.py").touch()
        for name in names:
            (folder / f"{name}.py").write_text(BROKEN)
        settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, f"evalsite.{room}"]

    return make


def test_a_file_is_found_in_any_room(counting_room):
    assert {"counting", "evaluation", "sampling"} <= set(kinds.names())
    assert kinds.get("counting").__module__ == f"{counting_room}.job_kinds.counting"


def test_files_are_listed_without_being_imported(install):
    install("broken_room", "broken")
    assert "broken" in kinds.names()
    with pytest.raises(RuntimeError, match="must not be imported"):
        kinds.get("broken")


def test_rooms_of_others_are_not_looked_through(tmp_path, monkeypatch, settings):
    folder = tmp_path / "elsewhere" / "job_kinds"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder / "foreign.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "elsewhere"]
    assert "foreign" not in kinds.names()


def test_an_unknown_kind_is_answered_with_the_nearest(counting_room):
    with pytest.raises(
        UnknownJobKindError, match=r"No kind of job named 'countin'; did you mean 'counting'\?"
    ):
        kinds.get("countin")


def test_two_files_of_one_kind_are_named_and_stop_no_other_kind(install, counting_room):
    install("second_room", "counting")
    sentence = (
        r"evalsite/counting_room/job_kinds/counting\.py and evalsite/second_room/job_kinds/counting\.py "
        r"are both the job kind 'counting'; rename one of the files\."
    )
    with pytest.raises(DuplicateJobKindError, match=sentence):
        kinds.get("counting")
    assert callable(kinds.get("sampling"))


@pytest.mark.parametrize("name", kinds.names())
def test_every_kind_of_the_site_can_be_carried_out(name):
    assert callable(kinds.get(name))


def test_installing_a_room_keeps_the_admin_site(install):
    before = admin.site
    install("another_room", "another")
    assert admin.site is before
    assert Job in admin.site._registry
