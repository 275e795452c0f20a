"""``manage.py demo``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from evalsite.launch import demo, processes
from evalsite.launch.errors import MissingDemoFileError, PortTakenError


class Command(BaseCommand):
    """Make the demo from nothing and serve it: real images, trained generators, two studies, metric runs."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether and where to serve."""
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-serve", action="store_true", help="prepare everything and end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take the steps, say where to go, serve."""
        port, serving = options["port"], not options["no_serve"]
        if serving:
            self._check_port(port)
        with demo.alone(settings.EVALSITE_DATA, self.stderr.write):
            for words, step in demo.steps():
                self.stdout.write(self.style.MIGRATE_HEADING(f"· {words}"))
                self._take(step)
        self.stdout.write("")
        for words, address in demo.addresses(f"http://127.0.0.1:{port}", demo.ensure_admin()):
            self.stdout.write(f"{words}\n    {address}")
        self.stdout.write("")
        if serving:
            call_command("serve", port=port)
        else:
            self.stdout.write("Ready. `make serve`, or `manage.py serve`, serves it.")

    def _check_port(self, port: int) -> None:
        try:
            processes.check_port("127.0.0.1", port)
        except PortTakenError as error:
            raise CommandError(str(error)) from error

    def _take(self, step: Any) -> None:
        try:
            step()
        except MissingDemoFileError as error:
            raise CommandError(str(error)) from error
