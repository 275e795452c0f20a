"""Jobs that count, in any number of steps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone

from evalsite.jobs.models import Job


@pytest.fixture
def make_counting_job(tmp_path: Path) -> Callable[..., Job]:
    """Makes a queued job that counts."""

    def make(**arguments: float) -> Job:
        defaults = {"until": 3, "pause_s": 0.0, "path": str(tmp_path / "counted")}
        return Job.objects.create(
            kind="counting", title="Count", arguments={**defaults, **arguments}, created_at=timezone.now()
        )

    return make
