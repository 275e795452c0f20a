"""``manage.py work``: carries out background jobs until it is told to end."""

from __future__ import annotations

import logging
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands import db_worker

from evalsite.jobs import attempts, reaping

logger = logging.getLogger(__name__)


class Worker(db_worker.Worker):
    """The library's loop; the first signal also sends the job at hand back to the queue at its next step."""

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """Take a signal: end after the current step, at once on the second."""
        attempts.STOP.set()
        super().shutdown(signum, frame)


class Command(BaseCommand):
    """Background worker."""

    help = "Carry out background jobs until told to end; SIGTERM gives the job at hand back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--interval",
            type=db_worker.valid_interval,
            default=1.0,
            help="seconds between looks at an empty queue",
        )
        parser.add_argument("--batch", action="store_true", help="end when the queue is empty")

    def handle(self, **options: Any) -> None:
        """Reap once, then work while a thread goes on reaping."""
        reaping.reap(now=timezone.now())
        reaper = threading.Thread(
            target=_reap_forever, args=(settings.REAP_SECONDS,), name="reaper", daemon=True
        )
        reaper.start()
        worker = Worker(
            queue_names=["*"],
            excluded_queue_names=[],
            interval=options["interval"],
            batch=options["batch"],
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
        )
        worker.configure_signals()
        logger.info("worker %s waits for jobs", attempts.owner_name())
        worker.run()


def _reap_forever(seconds: float) -> None:
    try:
        while not attempts.STOP.wait(seconds):
            try:
                reaping.reap(now=timezone.now())
            except DatabaseError:
                # The next round may find the database well again; the worker must not die of it.
                logger.warning("expired jobs could not be looked for", exc_info=True)
                connection.close()
    finally:
        connection.close()
