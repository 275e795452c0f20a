"""``manage.py import_metrics FILE --study NAME``: metric values of others beside a study's conditions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from evalsite.results.errors import ImportFileError
from evalsite.results.importing.metric_values import MetricFile
from evalsite.results.importing.source_file import SourceFile
from evalsite.results.management.arguments import pair
from evalsite.results.services import import_metrics
from evalsite.studies.management.arguments import find_study


class Command(BaseCommand):
    """Imports a file of metric values, wholly or not at all."""

    help = "Import metric values of others (CSV, a line a condition) into a study."

    def add_arguments(self, parser: CommandParser) -> None:
        """What the command is given."""
        parser.add_argument("file", type=Path, help="a CSV file")
        parser.add_argument("--study", required=True, help="name of the study")
        parser.add_argument(
            "--condition-column", default="", help="column that names the condition (condition or model)"
        )
        parser.add_argument(
            "--alias", type=pair, action="append", default=[], metavar="NAME=CONDITION",
            help="a name in the file and the condition that it means; may be given several times",
        )  # fmt: skip
        parser.add_argument(
            "--alias-file", type=Path, help="CSV file of such aliases, with columns name and condition"
        )
        parser.add_argument(
            "--quantity",
            action="append",
            default=[],
            metavar="COLUMN",
            help="a column to import; all if not given",
        )
        parser.add_argument(
            "--better", type=pair, action="append", default=[], metavar="COLUMN=higher|lower",
            help="which direction is better, e.g. fd_dinov2=lower",
        )  # fmt: skip

    def handle(self, *, file: Path, study: str, **options: Any) -> None:
        """Do it; a mistake ends in one sentence."""
        read = MetricFile(
            SourceFile(file), options["condition_column"], options["quantity"], dict(options["better"])
        )
        found = find_study(study)
        try:
            aliases = {**_aliases(options["alias_file"]), **dict(options["alias"])}
            done = import_metrics(file=read, study=found, aliases=aliases, now=timezone.now())
        except ImportFileError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Imported {', '.join(done.quantities)} for {len(done.conditions)} conditions of {study!r}."
        )
        if done.missing:
            self.stdout.write(f"The file has no line for {', '.join(done.missing)}.")


def _aliases(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    source = SourceFile(path)
    source.require(["name", "condition"])
    return {line.cells["name"]: line.cells["condition"] for line in source.lines()}
