"""Numbers from elsewhere are marked as such, and imported once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from evalsite.runs import records
from evalsite.runs.models import MetricRun
from evalsite.samples.models import SampleSet

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SOURCE = {"source": "published.csv", "digest": "ab" * 32}

pytestmark = pytest.mark.django_db


@pytest.fixture
def sample_set() -> SampleSet:
    return SampleSet.objects.create(name="LSGM", kind="generated", count=0, created_at=NOW)


def test_imported_values_carry_provenance_and_what_is_known_of_them(sample_set):
    values = {"fid": 3.2, "fd_of_others": 400.5}
    run = records.import_values(sample_set=sample_set, values=values, provenance=SOURCE, now=NOW)
    fid, other = run.values.get(quantity="fid"), run.values.get(quantity="fd_of_others")
    assert (fid.value, fid.better, fid.title, fid.metric) == (
        3.2,
        "lower",
        "Fréchet Inception Distance",
        "fid",
    )
    assert (other.value, other.better, other.title) == (400.5, "", "fd_of_others")
    assert fid.provenance == run.provenance == SOURCE
    assert list(MetricRun.objects.imported()) == [run]


def test_the_same_file_imported_again_replaces_what_it_wrote(sample_set):
    for values in ({"fid": 3.2, "kid": 1.0}, {"fid": 3.3}):
        records.import_values(sample_set=sample_set, values=values, provenance=SOURCE, now=NOW)
    assert MetricRun.objects.get().values.get().value == 3.3
    records.import_values(
        sample_set=sample_set, values={"fid": 9.9}, provenance={**SOURCE, "digest": "cd" * 32}, now=NOW
    )
    assert MetricRun.objects.count() == 2
