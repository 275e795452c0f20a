"""Look into an uploaded file and register it as a checkpoint.

Arguments: ``sha256`` (of the stored file), ``name``; for a state dict ``told``: its model, settings and image
shape.
"""

from __future__ import annotations

from django.utils import timezone

from evalsite.jobs.lease import Lease
from evalsite.jobs.models import Job
from evalsite.runs.doors import ganmodels
from evalsite.samples.storage import store


def carry_out(job: Job, lease: Lease) -> None:
    """Open the file, here and never in the web process; a refusal is the job's error."""
    lease.tell(0, 1, "looking into the file")
    path = store().verified_path(job.arguments["sha256"])
    checkpoint = ganmodels.register_checkpoint(
        path=path, name=job.arguments["name"], now=timezone.now(), told=job.arguments.get("told")
    )
    lease.tell(1, 1)
    lease.finish({"model": "samples.checkpoint", "key": checkpoint.pk})
