"""Look inside a checkpoint's generator; each view is written down as it comes.

Arguments: ``checkpoint`` (key), ``seed``, ``steps``, ``dimensions``, ``sample_set`` (key, or None) and how
many of its images are ``sought``. The job remembers which views are written.
"""

from __future__ import annotations

from pathlib import Path

from django.utils import timezone

from evalsite.runs import records, sampling
from evalsite.runs.lease import Lease
from evalsite.runs.models import Job
from evalsite.samples.models import Checkpoint, SampleSet
from evalsite.samples.selectors import image_paths


def carry_out(job: Job, lease: Lease) -> None:
    """Make the views that are not there yet, then drop those of an earlier look."""
    checkpoint = Checkpoint.objects.get(pk=job.arguments["checkpoint"])
    written: list[str] = list(job.checkpoint.get("views", []))
    lease.report(len(written), len(written) + 1, "opening the checkpoint")
    generator = sampling.open_generator(checkpoint)
    asked = {name: job.arguments[name] for name in ("seed", "steps", "dimensions")}
    views = sampling.views_of(generator, **asked, sought=_sought(job))
    for position, (title, make) in enumerate(views[len(written) :], start=len(written)):
        lease.report(position, len(views), title)
        view = make()
        written.append(view.name)
        with lease.fenced():
            records.record_view(checkpoint, view, position=position, now=timezone.now())
            lease.save_checkpoint({"views": written})
    lease.report(len(views), len(views))
    with lease.fenced():
        checkpoint.views.exclude(name__in=written).delete()
        lease.finish({"model": "samples.checkpoint", "key": checkpoint.pk})


def _sought(job: Job) -> list[Path]:
    """The files of the first images of the set that was named; a set deleted since has none."""
    sample_set = SampleSet.objects.filter(pk=job.arguments.get("sample_set")).first()
    return image_paths(sample_set)[: job.arguments["sought"]] if sample_set else []
