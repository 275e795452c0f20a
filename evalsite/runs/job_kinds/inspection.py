"""Look inside a checkpoint's generator; each view is written down as it comes.

Arguments: ``checkpoint`` (key), ``seed``, ``steps``, ``dimensions``, ``sample_set`` (key, or None) of given
images, how many of them are ``sought``, and ``state`` (digest, or empty) of the training whose critic or
discriminator scores them. The job remembers which views are written.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from evalsite.jobs.lease import Lease
from evalsite.jobs.models import Job
from evalsite.runs import records
from evalsite.runs.doors import ganmodels
from evalsite.runs.records import NewView
from evalsite.samples.models import Checkpoint, SampleSet
from evalsite.samples.selectors import image_paths


def carry_out(job: Job, lease: Lease) -> None:
    """Make the views that are not there yet, then drop those of an earlier look."""
    checkpoint = Checkpoint.objects.get(pk=job.arguments["checkpoint"])
    written: list[str] = list(job.progress.get("views", []))
    lease.tell(len(written), len(written) + 1, "opening the checkpoint")
    views = _views(job, checkpoint)
    for position, (title, make) in enumerate(views[len(written) :], start=len(written)):
        lease.tell(position, len(views), title)
        view = make()
        written.append(view.name)
        with lease.fenced():
            records.record_view(checkpoint, view, position=position, now=timezone.now())
            lease.save_progress({"views": written})
    lease.tell(len(views), len(views))
    with lease.fenced():
        checkpoint.views.exclude(name__in=written).delete()
        lease.finish({"model": "samples.checkpoint", "key": checkpoint.pk})


def _views(job: Job, checkpoint: Checkpoint) -> list[tuple[str, Callable[[], NewView]]]:
    """Titles of the views and what makes each; a set that was deleted since is neither sought nor scored."""
    generator, asked = ganmodels.open_generator(checkpoint), job.arguments
    sample_set = SampleSet.objects.filter(pk=asked.get("sample_set")).first()
    sought = image_paths(sample_set, most=asked["sought"]) if sample_set else []
    numbers = {name: asked[name] for name in ("seed", "steps", "dimensions")}
    views = ganmodels.views_of(generator, **numbers, sought=sought)
    if sample_set and asked["state"]:
        scores = ganmodels.scores_of(
            checkpoint, state=asked["state"], sample_set=sample_set, seed=asked["seed"]
        )
        views.append(scores)
    return views
