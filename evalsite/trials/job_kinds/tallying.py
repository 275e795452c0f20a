"""Write the tallies of a study's sessions that have ended, and remove those of sessions that count no more.

Arguments: ``study`` (key). It begins with whatever is not counted, so that a retry goes on where it stopped.
"""

from __future__ import annotations

from django.utils import timezone

from evalsite.jobs.lease import Lease
from evalsite.jobs.models import Job
from evalsite.trials.models import Session
from evalsite.trials.services.counting import count_session


def carry_out(job: Job, lease: Lease) -> None:
    """Count session by session; each is written as a whole."""
    own = Session.objects.filter(study=job.arguments["study"])
    keys = [*own.uncounted().values_list("pk", flat=True), *own.miscounted().values_list("pk", flat=True)]
    for done, key in enumerate(keys):
        lease.tell(done, len(keys), f"{done:,} of {len(keys):,} sessions counted")
        count_session(key=key, now=timezone.now())
    lease.tell(len(keys), len(keys))
    with lease.fenced():
        lease.finish({"model": "studies.study", "key": job.arguments["study"]})
