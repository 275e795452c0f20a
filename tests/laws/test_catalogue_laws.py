"""What holds for every catalogue: each of its files can be used."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from evalsite.recruiters import registry as recruiters
from evalsite.tasks import registry as tasks
from ganmodels.registry import model_faults
from metrics import EXTRACTORS, METRICS

FAULTS = {
    "metrics": lambda: METRICS.faults,
    "extractors": lambda: EXTRACTORS.faults,
    "models": model_faults,
    "tasks": tasks.faults,
    "recruiters": recruiters.faults,
}


@pytest.mark.parametrize("catalogue", FAULTS)
def test_every_file_can_be_used(catalogue: str) -> None:
    faults: Mapping[str, str] = FAULTS[catalogue]()
    assert not faults, "\n".join(faults.values())
