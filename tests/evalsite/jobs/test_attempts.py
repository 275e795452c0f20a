"""One attempt at a job: how it fails, and how it lets go of the job."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from evalsite.jobs import attempts
from evalsite.jobs.models import Job

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_failed_jobs_sentence_hides_the_traceback(
    counting_room, make_counting_job, transactional_db, caplog
):
    job = make_counting_job(fails_at=2)
    failed = attempts.perform(job.pk, 0)
    assert failed.state == Job.State.FAILED
    assert failed.error.startswith("The job failed unexpectedly (ZeroDivisionError: one over nothing)")
    assert "Traceback" in caplog.text
    assert failed.progress == {"next": 2}


def test_an_unknown_kind_fails_with_a_suggestion(counting_room, transactional_db, caplog):
    job = Job.objects.create(kind="countin", title="Count", created_at=START)
    assert attempts.perform(job.pk, 0).error == "No kind of job named 'countin'; did you mean 'counting'?"
    assert "did you mean 'counting'?" in caplog.text
    assert "Traceback" not in caplog.text, "the sentence says it all"


@pytest.mark.parametrize(
    ("end", "state"),
    [(KeyboardInterrupt, Job.State.CANCELLED), (SystemExit, Job.State.QUEUED)],
    ids=["Ctrl-C cancels the job", "SIGTERM leaves the job to the next process"],
)
def test_a_command_that_ends_lets_go_of_its_job(
    counting_room, make_counting_job, transactional_db, end, state
):
    job = make_counting_job()

    def interrupt(done: int, total: int, message: str) -> None:
        raise end

    with pytest.raises(end):
        attempts.carry_out(attempts.take(job.pk, 0, observe=interrupt))
    job.refresh_from_db()
    assert (job.state, job.lease_owner) == (state, "")
