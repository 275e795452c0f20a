"""``manage.py export STUDY TABLE``: a study's table as CSV."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evalsite.results.errors import UnknownVersionError
from evalsite.results.export import TABLES, codebook_lines, export_lines
from evalsite.results.export.writing import write_whole
from evalsite.results.scope import Scope
from evalsite.studies.management.arguments import find_study
from evalsite.tasks.errors import UNUSABLE_TASK

CODEBOOK = "codebook"


class Command(BaseCommand):
    """Writes one table of a study, and beside a file the codebook of its columns."""

    help = "Export a table of a study as CSV: trials, estimates and others. A codebook comes along."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Django's own ``--version`` gives way to the study's; ``manage.py version`` tells Django's."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        """What the command is given."""
        parser.add_argument("study", help="name of the study, as in its address")
        parser.add_argument("table", choices=[*TABLES, CODEBOOK])
        parser.add_argument("--simulated", action="store_true", help="count simulated raters too")
        parser.add_argument(
            "--inattentive", action="store_true", help="count raters who failed the attention check too"
        )
        parser.add_argument(
            "--version",
            dest="versions",
            default="",
            metavar="N",
            help="a version of the study, such as 2; several, such as 1,2; or all that can be pooled",
        )
        parser.add_argument("--out", type=Path, help="file to write; the terminal if not given")

    def handle(self, *, study: str, table: str, out: Path | None, **options: Any) -> None:
        """Do it; a mistake ends in one sentence."""
        found = find_study(study)
        try:
            scope = Scope(
                found,
                simulated=options["simulated"],
                inattentive=options["inattentive"],
                asked=options["versions"],
            )
            self._export(scope, table, out)
        except (UnknownVersionError, *UNUSABLE_TASK) as error:
            raise CommandError(str(error)) from error

    def _export(self, scope: Scope, table: str, out: Path | None) -> None:
        lines = codebook_lines(scope) if table == CODEBOOK else export_lines(scope, table)
        with closing(lines):  # ended early, by a signal or by a reader such as head, it lets the database go
            if out is None:
                for line in lines:
                    self.stdout.write(line, ending="")
                return
            try:
                rows = write_whole(out, lines) - 1
                if table != CODEBOOK:
                    write_whole(out.with_name(f"{out.stem}_{CODEBOOK}.csv"), codebook_lines(scope, [table]))
            except OSError as error:
                raise CommandError(
                    f"{out} can't be written ({error.strerror}); name a file in a folder of yours"
                ) from error
        self.stderr.write(f"Wrote {rows:,} rows to {out}.")
