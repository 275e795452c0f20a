"""Numbers from elsewhere are marked as such, and imported once."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime

import pytest

from evalsite.runs import records
from evalsite.runs.errors import MeasurementError
from evalsite.runs.models import MetricRun
from evalsite.runs.summaries import describe_value, format_value
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


def _result(**parts: object) -> dict[str, object]:
    """What a metric may come to, as `MetricResult.as_dict` gives it."""
    plain = {
        "metric": "psnr", "quantity": "psnr_pixels", "title": "PSNR", "value": 30.0, "better": "higher",
        "std": None, "low": 29.0, "high": 31.0, "n_generated": 8, "n_reference": 8, "seconds": 0.1,
        "extractor": "pixels", "protocol": "unit", "settings": {}, "warnings": [], "provenance": {},
    }  # fmt: skip
    return plain | parts


def test_an_infinite_value_is_one_and_an_undefined_spread_is_none(sample_set):
    run = MetricRun.objects.create(sample_set=sample_set, metrics=["psnr"], created_at=NOW)
    records.record_results(run, [_result(value=math.inf, low=math.nan, high=math.inf)])
    stored = run.values.get()
    assert (stored.value, stored.low, stored.high) == (math.inf, None, math.inf)
    described = json.dumps(describe_value(stored), allow_nan=False)
    assert json.loads(described)["value"] is None
    assert format_value(stored.value) == "∞"


def test_an_undefined_value_is_refused_by_name_and_nothing_of_its_metric_is_kept(sample_set):
    run = MetricRun.objects.create(sample_set=sample_set, metrics=["psnr"], created_at=NOW)
    with pytest.raises(MeasurementError, match=r"psnr_pixels came out undefined \(NaN\)"):
        records.record_results(run, [_result(quantity="other"), _result(value=math.nan)])
    assert not run.values.exists()


def test_the_same_file_imported_again_replaces_what_it_wrote(sample_set):
    for values in ({"fid": 3.2, "kid": 1.0}, {"fid": 3.3}):
        records.import_values(sample_set=sample_set, values=values, provenance=SOURCE, now=NOW)
    assert MetricRun.objects.get().values.get().value == 3.3
    records.import_values(
        sample_set=sample_set, values={"fid": 9.9}, provenance={**SOURCE, "digest": "cd" * 32}, now=NOW
    )
    assert MetricRun.objects.count() == 2
