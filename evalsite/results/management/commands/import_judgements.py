"""``manage.py import_judgements FILE --study NAME``: judgements of elsewhere become a study."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from evalsite.results.errors import ImportFileError
from evalsite.results.importing.judgements import LAYOUTS, JudgementFile
from evalsite.results.importing.source_file import SourceFile
from evalsite.results.management.arguments import count, pairs
from evalsite.results.services import import_judgements


class Command(BaseCommand):
    """Imports a file of judgements, wholly or not at all."""

    help = "Import judgements collected elsewhere (CSV) as a study of their own."

    def add_arguments(self, parser: CommandParser) -> None:
        """What the command is given."""
        parser.add_argument("file", type=Path, help="a CSV file")
        parser.add_argument("--study", required=True, help="name of the new study, as in its address")
        parser.add_argument(
            "--reference", default="", help="name of the reference set that the real images are from"
        )
        parser.add_argument(
            "--layout", choices=LAYOUTS, default="long",
            help="long: participant, condition, truth, answer, maybe stimulus, rt_ms, a line a judgement; "
            "rates: participant, condition, real_error_rate, generated_error_rate, a line a rater",
        )  # fmt: skip
        parser.add_argument(
            "--columns", type=pairs, default={}, metavar="MEANING=COLUMN,…",
            help="columns that the file names otherwise, e.g. participant=id,condition=model",
        )  # fmt: skip
        parser.add_argument(
            "--trials-per-truth", type=count, default=100,
            help="rates: real images that each rater judged, and as many generated ones (100)",
        )  # fmt: skip

    def handle(self, *, file: Path, study: str, reference: str, **options: Any) -> None:
        """Do it; a mistake ends in one sentence."""
        read = JudgementFile(
            SourceFile(file), options["layout"], options["columns"], options["trials_per_truth"]
        )
        try:
            done = import_judgements(file=read, name=study, reference=reference, now=timezone.now())
        except ImportFileError as error:
            raise CommandError(str(error)) from error
        conditions = "1 condition" if done.conditions == 1 else f"{done.conditions:,} conditions"
        self.stdout.write(
            f"Imported {done.judgements:,} judgements of {done.participants:,} raters "
            f"on {conditions} as study {study!r}; see /results/{study}/."
        )
