"""Which stored files jobs and views still need, for whoever makes room on the disk."""

from __future__ import annotations

import json
import re
from datetime import datetime

from evalsite.jobs.models import Job
from evalsite.runs.models import GeneratorView
from evalsite.samples.pruning import Pruned, prune_store

_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")


def prune(*, before: datetime, dry_run: bool = False) -> Pruned:
    """Remove the stored files that no row and no job needs; arguments as of `prune_store`."""
    return prune_store(before=before, keep=digests_of_jobs() | digests_of_views(), dry_run=dry_run)


def digests_of_jobs() -> set[str]:
    """Digests in what unfinished jobs are given, and in what any but done ones can go on with.

    A refused upload is in neither: its job has failed and has nothing to go on with.
    """
    given = Job.objects.unfinished().values_list("arguments", flat=True)
    made = Job.objects.exclude(state=Job.State.DONE).values_list("progress", flat=True)
    return {digest for part in (*given, *made) for digest in _DIGEST.findall(json.dumps(part))}


def digests_of_views() -> set[str]:
    """Digests of the pictures of all views into generators."""
    rows = GeneratorView.objects.order_by().values_list("rows", flat=True)
    return {picture["sha256"] for pictures in rows for picture in pictures}
