"""``manage.py serve``."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from evalsite.launch import processes
from evalsite.launch.errors import HostError, PortTakenError

MOST_WORKERS = 64


class Command(BaseCommand):
    """Serve the site and run its worker until Ctrl-C."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--web-workers", type=_workers, default=2, help="web processes (2)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring database and static files up to date, then serve."""
        host, port = options["host"], options["port"]
        try:
            processes.check_port(host, port)
        except (PortTakenError, HostError) as error:
            raise CommandError(str(error)) from error
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        self.stdout.write(f"Serving http://{host}:{port}/ with its worker; Ctrl-C ends both.")
        web = processes.web_command(host, port, workers=options["web_workers"])
        sys.exit(processes.run_together(web, processes.worker_command(), say=self.stderr.write))


def _workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:6]) <= MOST_WORKERS:
        raise ArgumentTypeError(f"was {text!r}; expected a number of processes from 1 to {MOST_WORKERS}")
    return int(text)
