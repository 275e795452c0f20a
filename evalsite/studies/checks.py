"""What ``manage.py check`` says of the files that a study's blocks and recruiter come from."""

from __future__ import annotations

from typing import Any

from django.core import checks

from evalsite.recruiters import registry as recruiters
from evalsite.tasks import registry as tasks


def check_catalogues(**_options: Any) -> list[checks.CheckMessage]:
    """A warning for each task and each recruiter whose file can't be used; the others work."""
    sentences = [*tasks.faults().values(), *recruiters.faults().values()]
    return [checks.Warning(sentence, id="studies.W001") for sentence in sentences]
