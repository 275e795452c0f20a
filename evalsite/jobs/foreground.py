"""Commands do the same jobs as the worker, in their own process, with a progress bar.

A command that is killed leaves its job to the worker, like any other worker would, or to the next call of the
same command.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from evalsite.jobs import attempts, reaping
from evalsite.jobs.lease import Lease, Listener
from evalsite.jobs.models import Job

LOOK_SECONDS = 0.5


def do_here(request: Callable[[], Job], *, console: Console) -> Job:
    """Make a job and carry it out in this process.

    Args:
        request: makes the job, without giving it to a worker.
        console: where the progress bar is drawn.

    Raises:
        CommandError: the job did not end well; with its sentence.
    """
    with _progress(console) as tell:
        with transaction.atomic():  # no worker may take the job before this process has
            job = request()
            lease = attempts.take(job.pk, job.attempt, observe=tell)
        assert lease is not None
        return _well_ended(attempts.carry_out(lease))


def go_on_here(job: Job, *, console: Console) -> Job:
    """Bring a job to its end that another process began: wait for it, or take it up once that one is gone.

    Args:
        job: an unfinished job.
        console: where the progress bar is drawn.

    Raises:
        CommandError: the job did not end well; with its sentence.
    """
    with _progress(console) as tell:
        while not job.finished:
            if lease := _taken_up(job, tell):
                return _well_ended(attempts.carry_out(lease))
            tell(job.done_units, job.total_units, "another process is at it")
            time.sleep(LOOK_SECONDS)
            job.refresh_from_db()
        return _well_ended(job)


def _taken_up(job: Job, tell: Listener) -> Lease | None:
    reaping.reap(now=timezone.now())
    job.refresh_from_db()
    return attempts.take(job.pk, job.attempt, observe=tell)


@contextmanager
def _progress(console: Console) -> Iterator[Listener]:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        update = partial(progress.update, progress.add_task("starting", total=None))
        yield lambda done, total, words: update(completed=done, total=total, description=words)


def _well_ended(job: Job) -> Job:
    if job.state != Job.State.DONE:
        raise CommandError(job.error or f"The job is {job.state}; see it in the admin.")
    return job
