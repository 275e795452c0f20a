"""Look inside a checkpoint's generator; each view is written down as it comes.

Arguments: ``checkpoint`` (key), ``seed``, ``steps``, ``dimensions``. The job remembers how many views are
written.
"""

from __future__ import annotations

from django.utils import timezone

from evalsite.runs import records, sampling
from evalsite.runs.lease import Lease
from evalsite.runs.models import Job
from evalsite.samples.models import Checkpoint


def carry_out(job: Job, lease: Lease) -> None:
    """Make the views that are not there yet, then drop those of an earlier look."""
    checkpoint = Checkpoint.objects.get(pk=job.arguments["checkpoint"])
    written: list[str] = list(job.checkpoint.get("views", []))
    lease.report(len(written), len(written) + 1, "opening the checkpoint")
    generator = sampling.open_generator(checkpoint)
    asked = {name: job.arguments[name] for name in ("seed", "steps", "dimensions")}
    views = sampling.views_of(generator, **asked)
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
