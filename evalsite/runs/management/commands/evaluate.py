"""``manage.py evaluate``: measures a sample set, in the foreground."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from evalsite.jobs.foreground import do_here
from evalsite.jobs.models import Job
from evalsite.runs import catalogue, services
from evalsite.runs.errors import InvalidRequestError, UnknownNameError, unknown_name
from evalsite.runs.models import MetricRun, MetricValue
from evalsite.runs.summaries import describe_value, format_value
from evalsite.samples.models import SampleSet


class Command(BaseCommand):
    """Measuring by hand."""

    help = "Measure a sample set against a reference set; the values are kept like those of the worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        known = ", ".join(catalogue.measurable())
        parser.add_argument("samples", help="name of the sample set to measure")
        parser.add_argument("--reference", help="name of the reference set")
        parser.add_argument("--metrics", required=True, help=f"names, separated by commas; known: {known}")
        parser.add_argument("--extractor", default="", help="feature extractor instead of each metric's own")
        parser.add_argument("--protocol", default="", help="preprocessing instead of the extractor's default")
        parser.add_argument("--seed", type=int, default=0, help="of metrics that draw subsets (0)")
        parser.add_argument("--json", action="store_true", help="print the values as JSON lines")

    def handle(self, **options: Any) -> None:
        """Run the metrics here and print what they say."""
        runs: list[MetricRun] = []

        def request() -> Job:
            run = self._request(options)
            runs.append(run)
            assert run.job is not None
            return run.job

        try:
            do_here(request, console=Console(stderr=True))
        except (InvalidRequestError, UnknownNameError) as error:
            raise CommandError(str(error)) from error
        finally:
            # A metric that failed takes nothing from the ones that did not.
            self._print([value for run in runs for value in run.values.all()], as_json=options["json"])

    def _request(self, options: dict[str, Any]) -> MetricRun:
        return services.request_evaluation(
            sample_set=find_sample_set(options["samples"]),
            reference_set=find_sample_set(options["reference"]) if options["reference"] else None,
            metrics=[name.strip() for name in options["metrics"].split(",") if name.strip()],
            settings={name: options[name] for name in ("extractor", "protocol", "seed")},
            now=timezone.now(),
            background=False,
        )

    def _print(self, values: list[MetricValue], *, as_json: bool) -> None:
        if as_json:
            for value in values:
                self.stdout.write(json.dumps(describe_value(value)))
        elif values:
            table = Table("quantity", "value", "± std", "better", "images", "network", "seconds")
            for value in values:
                table.add_row(*_row(value))
            out = cast(IO[str], self.stdout)  # Django's wrapper writes text
            console = Console(file=out, width=None if out.isatty() else 120)
            console.print(table)
            for warning in dict.fromkeys(w for value in values for w in value.provenance.get("warnings", [])):
                console.print(warning)


def find_sample_set(name: str) -> SampleSet:
    """The sample set of that name.

    Raises:
        UnknownNameError: there is none; the message suggests a close one.
    """
    found: SampleSet | None = SampleSet.objects.filter(name=name).first()
    if found is None:
        raise unknown_name("sample set", name, SampleSet.objects.values_list("name", flat=True))
    return found


def _row(value: MetricValue) -> list[str]:
    counts = "/".join(str(count) for count in (value.n_generated, value.n_reference) if count is not None)
    return [
        value.title or value.quantity,
        format_value(value.value),
        format_value(value.std) if value.std is not None else "",
        value.better,
        counts,
        value.provenance.get("extractor", ""),
        f"{value.seconds:.1f}" if value.seconds is not None else "",
    ]
