"""``manage.py sample``: draws a sample set from a checkpoint, in the foreground."""

from __future__ import annotations

import hashlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console

from evalsite.jobs.foreground import do_here, go_on_here
from evalsite.jobs.models import Job
from evalsite.runs import services
from evalsite.runs.errors import CheckpointRefusedError, InvalidRequestError, UnknownNameError, unknown_name
from evalsite.samples.errors import InvalidNameError, NameTakenError, StoreError
from evalsite.samples.models import Checkpoint, SampleSet


class Command(BaseCommand):
    """Sampling by hand."""

    help = "Draw a sample set from a checkpoint: same seed, same images."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("checkpoint", help="name of a registered checkpoint, or a file to register")
        parser.add_argument("--count", type=int, default=512, help="number of images (512)")
        parser.add_argument("--seed", type=int, default=0, help="same seed, same images (0)")
        parser.add_argument("--name", default="", help="name of the new sample set")

    def handle(self, *, checkpoint: str, count: int, seed: int, name: str, **_: Any) -> None:
        """Register the file if it is one, then sample, unless that very set is there already."""
        found = find_checkpoint(checkpoint)
        name = name or services.default_sample_name(found, count, seed)
        known = SampleSet.objects.filter(name=name, checkpoint=found, count=count, seed=seed).first()
        if known is None:
            self._sample(found, count, seed, name)
            known = SampleSet.objects.get(name=name)
        self.stdout.write(f"{known.name}: {known.count} images, digest {known.manifest_digest}")

    def _sample(self, checkpoint: Checkpoint, count: int, seed: int, name: str) -> None:
        console = Console(stderr=True)
        try:
            do_here(
                lambda: services.request_sampling(
                    checkpoint=checkpoint,
                    count=count,
                    seed=seed,
                    name=name,
                    now=timezone.now(),
                    background=False,
                ),
                console=console,
            )
        except InvalidRequestError as error:
            asked = {"checkpoint": checkpoint.pk, "count": count, "seed": seed, "name": name}
            same = Job.objects.unfinished().of_kind("sampling", **asked).first()
            if same is None:
                raise CommandError(str(error)) from error
            go_on_here(same, console=console)  # begun by another call, maybe one that was killed


def find_checkpoint(given: str) -> Checkpoint:
    """The checkpoint of that name; a file is registered under its own name, once.

    Raises:
        CommandError: neither a name nor a file that can be registered.
    """
    path = Path(given)
    known = Checkpoint.objects.filter(name=given).first() or _known_file(path)
    if known:
        return known
    from evalsite.runs.doors.ganmodels import register_checkpoint  # loads torch, for what is new only

    try:
        if not path.is_file():
            raise unknown_name("checkpoint or file", given, Checkpoint.objects.values_list("name", flat=True))
        return register_checkpoint(path=path, name=path.stem, now=timezone.now())
    except (UnknownNameError, CheckpointRefusedError, InvalidNameError, NameTakenError, StoreError) as error:
        raise CommandError(str(error)) from error


def _known_file(path: Path) -> Checkpoint | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    found: Checkpoint | None = Checkpoint.objects.filter(sha256=sha256).first()
    return found
