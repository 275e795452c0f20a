"""Count to `until`, a step every `pause_s` seconds, and append each number to the file at `path`."""

from __future__ import annotations

import time
from pathlib import Path

from evalsite.jobs.lease import Lease
from evalsite.jobs.models import Job


def carry_out(job: Job, lease: Lease) -> None:
    until, path = job.arguments["until"], Path(job.arguments["path"])
    for number in range(job.progress.get("next", 0), until):
        lease.tell(number, until, f"at {number}")
        time.sleep(job.arguments["pause_s"])
        if number == job.arguments.get("fails_at"):
            raise ZeroDivisionError("one over nothing")
        with lease.fenced():
            lease.save_progress({"next": number + 1})
        with path.open("a") as file:
            file.write(f"{number}\n")
    lease.tell(until, until)
    lease.finish({"counted": until})
