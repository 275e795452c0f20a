"""Asking for metrics and taking it back."""

from __future__ import annotations

from typing import Any

import pytest

from evalsite.jobs.models import Job
from evalsite.runs.models import MetricRun
from evalsite.samples.models import SampleSet
from evalsite.samples.services import create_empty_set

pytestmark = pytest.mark.django_db
AT = "/api/metric-runs/"


@pytest.fixture
def ask(sets: dict[str, SampleSet], api: Any) -> Any:
    """Asks for FID of `gan` against `real`, changed as the test says."""

    def post(**changed: Any) -> Any:
        asked = {
            "sample_set": sets["gan"].pk,
            "reference_set": sets["real"].pk,
            "metrics": ["fid"],
            **changed,
        }
        return api.post(
            AT, {key: value for key, value in asked.items() if value != "left out"}, format="json"
        )

    return post


def test_a_request_becomes_a_job(ask: Any, api: Any, sets: dict[str, SampleSet]) -> None:
    answer = ask(metrics=["fid", "kid"], seed=3)
    assert answer.status_code == 201
    run = MetricRun.objects.get()
    assert (run.sample_set, run.reference_set, run.metrics) == (sets["gan"], sets["real"], ["fid", "kid"])
    assert run.settings == {"seed": 3}
    assert run.job is not None
    assert run.job.state == Job.State.QUEUED
    assert api.get(answer.headers["Location"]).json() == answer.json()


def test_a_metric_that_looks_at_no_real_images_needs_none(ask: Any) -> None:
    assert ask(metrics=["inception_score"], reference_set="left out").status_code == 201
    assert ask(metrics=["inception_score"], reference_set=None).status_code == 201


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"metrics": ["fdi"]}, "No metric named 'fdi'; did you mean 'fid'?"),
    ({"metrics": ["classwise_fid"]}, "classwise_fid needs class labels, which a run on the site can't give"),
    ({"metrics": []}, "metrics: "),
    ({"metrics": "fid"}, 'Expected a list of items but got type "str"'),
    ({"metrics": [3, None]}, "metrics"),
    ({"metrics": ["a\0b"]}, "Null characters"),
    ({"metrics": ["left out"] * 60}, "no more than 50"),
    ({"metrics": "left out"}, "metrics: This field is required."),
    ({"sample_set": "left out"}, "sample_set: This field is required."),
    ({"sample_set": 4711}, 'Invalid pk "4711"'),
    ({"sample_set": 10**30}, "sample_set: "),
    ({"sample_set": True}, "sample_set: "),
    ({"sample_set": {"id": 1}}, "sample_set: "),
    ({"reference_set": None}, "Real images are needed for fid"),
    ({"extractor": "efficientnet"}, "No feature extractor named 'efficientnet'"),
    ({"protocol": "none_such"}, "No protocol named 'none_such'"),
    ({"extracter": "inception_v3"}, "did you mean 'extractor'?"),
    ({"seed": -1}, "seed: "),
    ({"seed": 2**63}, "seed: "),
    ({"seed": "one"}, "seed: A valid integer is required."),
]


@pytest.mark.parametrize(("changed", "words"), REFUSED)
def test_what_can_not_be_asked_is_refused_and_changes_nothing(
    changed: dict[str, Any], words: str, ask: Any
) -> None:
    answer = ask(**changed)
    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert answer.json()["next"].startswith("Correct")
    assert (MetricRun.objects.count(), Job.objects.count()) == (0, 0)


def test_generated_images_are_no_reference(ask: Any, sets: dict[str, SampleSet]) -> None:
    assert ask(reference_set=sets["vae"].pk).status_code == 400


def test_a_set_without_images_can_not_be_measured(ask: Any, now: Any) -> None:
    empty = create_empty_set(name="theirs", kind="generated", origin="A paper.", now=now)
    answer = ask(sample_set=empty.pk)
    assert answer.status_code == 400
    assert "not held here" in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b'{"seed": NaN}', "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"sample_set=1", "application/x-www-form-urlencoded", 415),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(body: bytes, kind: str, status: int, api: Any) -> None:
    answer = api.generic("POST", AT, body, content_type=kind)
    assert answer.status_code == status
    assert set(answer.json()) >= {"error", "next"}


def test_a_waiting_run_is_cancelled_at_once_and_once_more(runs: dict[str, MetricRun], api: Any) -> None:
    for _ in range(2):
        answer = api.post(f"{AT}{runs['waiting'].pk}/cancel/")
        assert answer.status_code == 200
        assert answer.json()["job"]["state"] == "cancelled"


def test_a_run_that_has_ended_is_not_cancelled(runs: dict[str, MetricRun], api: Any) -> None:
    answer = api.post(f"{AT}{runs['failed'].pk}/cancel/")
    assert answer.status_code == 409
    assert "failed already" in answer.json()["error"]
    assert Job.objects.get(pk=runs["failed"].job_id).state == Job.State.FAILED


def test_imported_values_have_nothing_to_cancel(runs: dict[str, MetricRun], api: Any) -> None:
    answer = api.post(f"{AT}{runs['imported'].pk}/cancel/")
    assert answer.status_code == 409
    assert "imported values" in answer.json()["error"]
