from __future__ import annotations

import os
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from evalsite.jobs.models import Job
from evalsite.samples.storage import store

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _data_folder(settings: Any, tmp_path: Path) -> None:
    settings.EVALSITE_DATA = tmp_path


def put_long_ago(data: bytes) -> str:
    sha256 = store().put(data)
    os.utime(store().path(sha256), (0, 0))
    return sha256


def add_job(state: str, arguments: dict[str, Any], progress: dict[str, Any]) -> None:
    Job.objects.create(
        kind="sampling", title="x", state=state, arguments=arguments, progress=progress,
        created_at=timezone.now(),
    )  # fmt: skip


def prune(*words: str) -> str:
    out = StringIO()
    call_command("prune_store", *words, stdout=out)
    return out.getvalue()


def test_jobs_keep_what_they_go_on_with_and_a_refused_upload_is_removed() -> None:
    waiting, halfway, refused, done = (put_long_ago(data) for data in (b"w", b"h", b"refused", b"done"))
    add_job("queued", {"sha256": waiting, "name": "w"}, {})
    add_job("cancelled", {}, {"images": [[halfway, 32, 32]]})
    add_job("failed", {"sha256": refused, "name": "r"}, {})
    add_job("done", {}, {"images": [[done, 32, 32]]})
    assert "2 files" in prune("--dry-run")
    assert store().read(refused)
    assert "2 files" in prune()
    assert "0 files" in prune("--days", "36500")
    assert sorted(file.name for file in store().root.glob("??/*")) == sorted([waiting, halfway])


@pytest.mark.parametrize("days", ["0", "-1", "1.5", "x", "9" * 30])
def test_days_that_are_none_are_refused(days: str) -> None:
    with pytest.raises(CommandError, match="whole number of days from 1"):
        prune(f"--days={days}")
