"""Sample a checkpoint into a new sample set.

Arguments: ``checkpoint`` (key), ``count``, ``seed``, ``name``. The job remembers the images kept so far; the
sample set itself appears only when all of them are there.
"""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

from django.utils import timezone

from evalsite.jobs.lease import Lease
from evalsite.jobs.models import Job
from evalsite.runs.doors import ganmodels
from evalsite.samples.models import Checkpoint, SampleSet
from evalsite.samples.services import NewImage, create_sample_set

SAVES = 32
"""A job remembers its images about this often: each time it writes down all of them."""
LEAST_IMAGES_PER_SAVE = 128


def carry_out(job: Job, lease: Lease) -> None:
    """Sample the images that are not there yet, then make the set."""
    count, seed = job.arguments["count"], job.arguments["seed"]
    checkpoint = Checkpoint.objects.get(pk=job.arguments["checkpoint"])
    images = [NewImage(*kept) for kept in job.progress.get("images", [])]
    saved = len(images)
    lease.tell(saved, count, "opening the checkpoint")
    generator = ganmodels.open_generator(checkpoint)
    for batch in ganmodels.sample_into_store(generator, start=saved, stop=count, seed=seed):
        images += batch
        lease.tell(len(images), count, f"{len(images):,} of {count:,} images")
        if len(images) - saved >= max(LEAST_IMAGES_PER_SAVE, count // SAVES):
            lease.save_progress({"images": [astuple(image)[:3] for image in images]})
            saved = len(images)
    with lease.fenced():
        sample_set = create_sample_set(
            name=job.arguments["name"],
            kind=SampleSet.Kind.GENERATED,
            images=images,
            now=timezone.now(),
            checkpoint=checkpoint,
            seed=seed,
            settings=_provenance(generator.provenance),
            origin=f"sampled from {checkpoint.name}, seed {seed}",
        )
        lease.finish({"model": "samples.sampleset", "key": sample_set.pk})


def _provenance(found: Any) -> dict[str, Any]:
    return {name: found[name] for name in ("model", "settings", "step", "data", "sha256") if name in found}
