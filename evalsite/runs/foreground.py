"""Commands do the same jobs as the worker, in their own process, with a progress bar.

A command that is killed leaves its job to the worker, like any other worker would.
"""

from __future__ import annotations

from collections.abc import Callable

from django.core.management.base import CommandError
from django.db import transaction
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from evalsite.runs import jobs
from evalsite.runs.models import Job


def do_here(request: Callable[[], Job], *, console: Console) -> Job:
    """Make a job and carry it out in this process.

    Args:
        request: makes the job, without giving it to a worker.
        console: where the progress bar is drawn.

    Raises:
        CommandError: the job did not end well; with its sentence.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        bar = progress.add_task("starting", total=None)
        with transaction.atomic():  # no worker may take the job before this process has
            job = request()
            lease = jobs.take(
                job.pk,
                job.attempt,
                observe=lambda done, total, words: progress.update(
                    bar, completed=done, total=total, description=words
                ),
            )
        assert lease is not None
        job = jobs.carry_out(lease)
    if job.state != Job.State.DONE:
        raise CommandError(job.error or f"The job is {job.state}; see it in the admin.")
    return job
