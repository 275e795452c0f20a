"""Let simulated raters answer a study."""

from __future__ import annotations

import math
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress

from evalsite.studies.errors import NoVersionError
from evalsite.studies.management.arguments import find_study
from evalsite.studies.models import Study
from evalsite.studies.planning import derive_seed
from evalsite.tasks.errors import PlanError
from evalsite.trials.errors import SimulationError, StudyClosedError
from evalsite.trials.models import Session
from evalsite.trials.simulation.channels import Channel, HttpChannel, ServicesChannel
from evalsite.trials.simulation.population import Population
from evalsite.trials.simulation.sitting import Sitter, Sitting

FAULTS = (NoVersionError, StudyClosedError, PlanError, SimulationError)
MOST_RATERS = 100_000
MOST_AT_A_TIME = 256
STRONGEST = 100.0
"""In d′ or logits; far beyond what any rater has, and well within what can be reckoned with."""


class Command(BaseCommand):
    """Run whole sessions of raters whose ability is known; marked simulated, left out of results."""

    help = (
        "Let simulated raters answer an open study, through the site's services or over HTTP. "
        "Their sessions are marked as simulated and left out of results and exports unless asked for."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Arguments of the command line."""
        parser.add_argument("study", help="the study's slug")
        parser.add_argument("--count", type=_count, default=30, help="number of raters (30)")
        parser.add_argument("--ability", type=_strong, default=1.5, help="mean d′ of the raters (1.5)")
        parser.add_argument("--bias", type=_strong, default=0.0, help="mean criterion (0)")
        parser.add_argument("--lapse", type=_share, default=0.02, help="share of random answers (0.02)")
        parser.add_argument(
            "--threshold-ms", type=_duration, default=0.0, help="exposure at which d′ is half (0)"
        )
        parser.add_argument(
            "--strength", type=_strength, action="append", default=[], metavar="NAME=VALUE",
            help="what a condition hides, in d′ and in logits; may be given for each condition",
        )  # fmt: skip
        parser.add_argument("--seed", type=int, default=0, help="same seed, same raters and answers (0)")
        parser.add_argument("--through", choices=["services", "http"], default="services")
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="address of the site, for http")
        parser.add_argument("--concurrency", type=_workers, default=1, help="raters at a time, for http (1)")

    def handle(self, *_args: object, **options: Any) -> None:
        """Run the sessions, show progress, say how it went."""
        try:
            self._simulate(options)
        except FAULTS as error:
            raise CommandError(str(error)) from error

    def _simulate(self, options: dict[str, Any]) -> None:
        study = find_study(options["study"])
        population = _population(study, options)
        seeds = [derive_seed(options["seed"], number) for number in range(options["count"])]
        channel = _channel_maker(study, options)

        def sit(seed: int) -> Sitting:
            return Sitter(population.draw(seed), seed, timezone.now()).sit(channel())

        workers = options["concurrency"] if options["through"] == "http" else 1
        began = time.perf_counter()
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("simulated raters", total=len(seeds))
            sittings = []
            for sitting in _run(sit, seeds, workers):
                sittings.append(sitting)
                bar.advance(task)
        seconds = time.perf_counter() - began
        stored = sum(sitting.answers for sitting in sittings)
        self.stdout.write(
            f"{len(seeds)} simulated raters gave {stored} answers to {study.slug} in {seconds:.1f} s "
            f"({stored / max(seconds, 1e-9):.0f} a second){_failures(sittings)}"
        )


def _failures(sittings: Sequence[Sitting]) -> str:
    """How many ended before they counted, by how: ``; 3 failed the qualification``."""
    states = Counter(sitting.state for sitting in sittings if sitting.state != Session.State.COMPLETED)
    return "".join(f"; {count} {state.label}" for state, count in sorted(states.items()))


def _run(sit: Callable[[int], Sitting], seeds: list[int], workers: int) -> Iterator[Sitting]:
    """What came of each sitting, so many raters at a time; the first failure lets no other begin."""
    if workers == 1:
        yield from map(sit, seeds)
        return

    def sit_and_close(seed: int) -> Sitting:
        try:
            return sit(seed)
        finally:
            connection.close()  # each thread has its own

    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(sit_and_close, seeds)


def _population(study: Study, options: dict[str, Any]) -> Population:
    strengths = dict(options["strength"])
    names = set(study.conditions.values_list("name", flat=True)) | {"real"}
    if unknown := sorted(set(strengths) - names):
        raise SimulationError(
            f"no condition named {unknown[0]!r}; expected one of {', '.join(sorted(names))}"
        )
    return Population(
        ability=options["ability"],
        bias=options["bias"],
        lapse=options["lapse"],
        threshold_ms=options["threshold_ms"],
        strengths=strengths,
    )


def _channel_maker(study: Study, options: dict[str, Any]) -> Callable[[], Channel]:
    if options["through"] == "http":
        return lambda: HttpChannel(options["url"], study.slug)
    return lambda: ServicesChannel(study, timezone.now)


def _count(text: str) -> int:
    return _whole(text, MOST_RATERS)


def _workers(text: str) -> int:
    return _whole(text, MOST_AT_A_TIME)


def _whole(text: str, most: int) -> int:
    if not text.isdecimal() or not 1 <= int(text[:9]) <= most:
        raise ArgumentTypeError(f"was {text[:20]!r}; expected a whole number from 1 to {most:,}")
    return int(text)


def _strong(text: str) -> float:
    return _number(text, -STRONGEST, STRONGEST, f"a number from -{STRONGEST:g} to {STRONGEST:g}")


def _duration(text: str) -> float:
    return _number(text, 0.0, math.inf, "0 or more milliseconds")


def _share(text: str) -> float:
    return _number(text, 0.0, 1.0, "a share from 0 to 1")


def _number(text: str, lowest: float, highest: float, expected: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or not lowest <= number <= highest:
        raise ArgumentTypeError(f"was {text!r}; expected {expected}")
    return number


def _strength(text: str) -> tuple[str, float]:
    name, equals, value = text.rpartition("=")
    if not equals or not name:
        raise ArgumentTypeError(f"was {text!r}; expected NAME=VALUE, e.g. gan=0.5")
    return name, _number(value, -STRONGEST, STRONGEST, "NAME=VALUE, e.g. gan=0.5")
