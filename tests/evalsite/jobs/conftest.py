"""Jobs that count, in any number of steps, and a clock that tests move."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from evalsite.jobs.models import Job


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_counting_job(tmp_path: Path) -> Callable[..., Job]:
    """Makes a queued job that counts."""

    def make(**arguments: float) -> Job:
        defaults = {"until": 3, "pause_s": 0.0, "path": str(tmp_path / "counted")}
        return Job.objects.create(
            kind="counting", title="Count", arguments={**defaults, **arguments}, created_at=timezone.now()
        )

    return make
