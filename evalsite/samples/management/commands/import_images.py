"""Make a sample set of a folder, a zip file or an ``.npz`` file."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress

from evalsite.samples.errors import REFUSALS
from evalsite.samples.models import SampleSet
from evalsite.samples.services import ImportSummary, import_sample_set


class Command(BaseCommand):
    """Import images as a sample set; files that are no images are refused by name and the rest goes on."""

    help = (
        "Import a folder, a .zip or an .npz (arr_0, uint8 NHWC) as a sample set. "
        "Names of folders become class labels; a metadata.csv or metadata.jsonl beside the images (column "
        "file_name) gives labels, prompts and any other facts. Ends with status 1 if nothing was imported."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Arguments of the command line."""
        parser.add_argument("path", type=_path, help="folder, .zip or .npz")
        parser.add_argument("--name", required=True, help="name of the new sample set")
        parser.add_argument("--kind", required=True, choices=SampleSet.Kind.values)
        parser.add_argument("--origin", default="", help="where the images come from, in words")
        parser.add_argument("--attribution", default="", help="whom to credit, and the licence")

    def handle(self, *_args: object, **options: Any) -> None:
        """Import, show progress, say what became of each file."""
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("reading images", total=None)
            try:
                summary = import_sample_set(
                    name=options["name"],
                    kind=options["kind"],
                    source=options["path"],
                    now=timezone.now(),
                    origin=options["origin"],
                    attribution=options["attribution"],
                    progress=lambda done, total: bar.update(task, completed=done, total=total),
                )
            except REFUSALS as error:
                raise CommandError(str(error)) from error
        self._write(summary)

    def _write(self, summary: ImportSummary) -> None:
        for title, files in (("converted", summary.converted), ("refused", summary.refused)):
            for name, reason in files:
                self.stdout.write(f"{title} {name}: {reason}")
        for warning in summary.warnings:
            self.stdout.write(f"warning: {warning}")
        self.stdout.write(
            f"{summary.sample_set.name}: {summary.accepted} images imported, "
            f"{len(summary.converted)} of them converted, {len(summary.refused)} refused; "
            f"facts: {', '.join(summary.sample_set.fact_columns) or 'none'}; "
            f"manifest {summary.sample_set.manifest_digest}"
        )


def _path(text: str) -> Path:
    if not text:  # a shell's variable that isn't set; Path would take it for the folder one is in
        raise ArgumentTypeError("is empty; give a folder, a .zip or an .npz")
    return Path(text)
