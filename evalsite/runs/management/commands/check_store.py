"""``manage.py check_store``: verifies that every stored file is there and is what it was."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress

from evalsite.runs.store_check import check_store
from evalsite.samples.errors import StoreError
from evalsite.samples.store_check import StoreCheck


class Command(BaseCommand):
    """Looking for missing and damaged files."""

    help = (
        "Verify the digest of every stored file that an image, a checkpoint or a view names. Writes nothing "
        "and may run at any time. Ends with status 1 if a file is missing or damaged."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--json", action="store_true", help="print what was found as one JSON object")

    def handle(self, **options: Any) -> None:
        """Check, show progress, say what was found."""
        with Progress(console=Console(stderr=True), transient=True) as bar:
            line = bar.add_task("verifying files", total=None)
            try:
                found = check_store(lambda done, total: bar.update(line, completed=done, total=total))
            except StoreError as error:
                raise CommandError(str(error)) from error
        if options["json"]:
            faulty = [file.to_json() for file in found.faulty]
            self.stdout.write(json.dumps({"files": found.files, "faulty": faulty}))
        else:
            self._write(found)
        if found.faulty:
            sys.exit(1)

    def _write(self, found: StoreCheck) -> None:
        for file in found.faulty:
            self.stdout.write(str(file))
        if not found.faulty:
            self.stdout.write(f"All {found.files:,} stored files are there and unchanged.")
            return
        broken = len({file.use.sha256 for file in found.faulty})
        self.stdout.write(
            f"{broken:,} of {found.files:,} stored files are missing or damaged. Import or sample the same "
            "images again, under any name, and upload the same checkpoints again: that puts the files back "
            "wherever they are used. Ask for a view again to have its pictures made again."
        )
