"""``manage.py recount``: makes stored tallies say what the trials do."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress

from evalsite.studies.management.arguments import find_study
from evalsite.tasks.errors import UNUSABLE_TASK
from evalsite.trials.models import Session
from evalsite.trials.services.counting import Recount, count_session


class Command(BaseCommand):
    """Counting all answers anew."""

    help = (
        "Count the answers of all sessions anew and correct the stored tallies, which results are made of. "
        "It may run at any time, and again after it was stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Arguments of the command line."""
        parser.add_argument("study", nargs="?", help="name of the study, as in its address; all if not given")
        parser.add_argument(
            "--check", action="store_true", help="write nothing; end with status 1 if a stored tally is wrong"
        )

    def handle(self, *_args: object, **options: Any) -> None:
        """Count, show progress, say what was found."""
        sessions = Session.objects.exclude(kind=Session.Kind.PREVIEW)
        if options["study"]:
            sessions = sessions.filter(study=find_study(options["study"]))
        keys = list(sessions.order_by("created_at", "pk").values_list("pk", flat=True))
        found = Recount()
        with Progress(console=Console(stderr=True), transient=True) as bar:
            line = bar.add_task("counting sessions", total=len(keys))
            for key in keys:
                try:
                    found += count_session(key=key, now=timezone.now(), write=not options["check"])
                except UNUSABLE_TASK as error:
                    raise CommandError(f"session {key}: {error}") from error
                bar.advance(line)
        self.stdout.write(_say(found, len(keys), corrected=not options["check"]))
        if options["check"] and (found.wrong or found.needless):
            sys.exit(1)


def _say(found: Recount, sessions: int, *, corrected: bool) -> str:
    if not found:
        return f"The tallies of all {sessions:,} sessions agree with their trials."
    done = "and all are corrected" if corrected else "and nothing was changed"
    return (
        f"{sessions:,} sessions: {found.missing:,} tallies were missing, {found.wrong:,} disagreed with the "
        f"trials, and {found.needless:,} belonged to answers that do not count, {done}."
    )
