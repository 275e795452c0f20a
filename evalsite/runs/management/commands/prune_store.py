"""``manage.py prune_store``: removes stored files that nothing needs any more."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from evalsite.runs.pruning import prune
from evalsite.samples.errors import StoreError


class Command(BaseCommand):
    """Making room."""

    help = (
        "Remove the files that deleted sample sets, refused uploads and killed imports have left in the "
        "store. May run at any time, beside imports and workers."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--dry-run", action="store_true", help="say how much it is, remove nothing")
        parser.add_argument(
            "--days", type=_days, default=1, help="leave what was brought in the last so many days (1)"
        )

    def handle(self, *, dry_run: bool, days: int, **_: Any) -> None:
        """Do it and say how much."""
        try:
            done = prune(before=timezone.now() - timedelta(days=days), dry_run=dry_run)
        except StoreError as error:
            raise CommandError(str(error)) from error
        verb = "would be" if dry_run else "were"
        self.stdout.write(f"{done.files:,} files of {done.size_bytes / 1e6:,.1f} MB {verb} removed.")


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:6]) <= 36_500:
        raise ArgumentTypeError(f"was {text!r}; expected a whole number of days from 1 to 36500")
    return int(text)
