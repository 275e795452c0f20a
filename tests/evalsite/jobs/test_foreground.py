"""Commands carry out jobs in their own process."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError
from rich.console import Console

from evalsite.jobs import attempts
from evalsite.jobs.foreground import do_here, go_on_here
from evalsite.jobs.models import Job

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("counting_room")]


@pytest.fixture
def console() -> Console:
    return Console(file=StringIO())


def test_a_job_is_made_and_done(make_counting_job, console):
    job = do_here(lambda: make_counting_job(until=2), console=console)
    assert (job.state, job.attempt, job.result) == (Job.State.DONE, 1, {"counted": 2})


def test_a_failed_job_ends_the_command_with_its_sentence(make_counting_job, console, caplog):
    with pytest.raises(CommandError, match="one over nothing"):
        do_here(lambda: make_counting_job(fails_at=1), console=console)


def test_the_job_of_a_process_that_vanished_goes_on_here(make_counting_job, console, tmp_path):
    job = make_counting_job(until=3)
    attempts.take(job.pk, 0).save_progress({"next": 2})
    Job.objects.update(lease_until=LONG_AGO)
    job.refresh_from_db()
    done = go_on_here(job, console=console)
    assert (done.state, done.attempt) == (Job.State.DONE, 2)
    assert (tmp_path / "counted").read_text() == "2\n", "the first two steps are not done again"


def test_a_job_that_ended_meanwhile_is_not_done_again(make_counting_job, console, tmp_path):
    job = make_counting_job()
    Job.objects.update(state=Job.State.CANCELLED)
    job.refresh_from_db()
    with pytest.raises(CommandError, match="The job is cancelled"):
        go_on_here(job, console=console)
    assert not (tmp_path / "counted").exists()
