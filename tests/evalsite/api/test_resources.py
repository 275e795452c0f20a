"""What each resource says, and what it never says."""

from __future__ import annotations

from typing import Any

import pytest

from evalsite.runs.models import MetricRun
from evalsite.samples.models import SampleSet
from evalsite.studies.models import Study
from evalsite.studies.services import open_study, preview_version
from evalsite.trials.models import Response, Session

pytestmark = pytest.mark.django_db


def test_a_set_lists_its_images_in_order(sets: dict[str, SampleSet], api: Any) -> None:
    found = api.get("/api/sample-sets/", {"name": "gan"}).json()["results"]
    assert [one["manifest_digest"] for one in found] == [sets["gan"].manifest_digest]
    page = api.get(f"/api/sample-sets/{found[0]['id']}/images/", {"limit": 3, "offset": 2}).json()
    assert page["count"] == 8
    assert [image["position"] for image in page["results"]] == [2, 3, 4]
    stored = list(sets["gan"].images.order_by("position").values_list("sha256", "label"))
    assert [(image["sha256"], image["label"]) for image in page["results"]] == stored[2:5]


def test_a_study_shows_its_frozen_versions_and_no_previews(study: Study, api: Any) -> None:
    preview_version(study)
    found = api.get(f"/api/studies/{study.slug}/").json()
    version = study.versions.opened().get()
    assert [one["digest"] for one in found["versions"]] == [version.digest]
    assert found["versions"][0]["protocol"] == version.protocol
    assert [one["name"] for one in found["conditions"]] == ["gan", "vae", "wgan"]
    assert [one["task"] for one in found["blocks"]] == ["rapid_scene", "pairwise"]


def test_what_a_study_requires_of_raters_is_told_as_it_was_frozen(study: Study, api: Any) -> None:
    first = study.blocks.order_by("position")[0]
    study.blocks.filter(pk=first.pk).update(qualification_share=0.65, catch_trials=2)
    study.attention_share = 0.8
    study.save()
    version = open_study(study=study, now=study.created_at)
    found = api.get(f"/api/studies/{study.slug}/").json()
    assert found["attention_share"] == 0.8
    assert [block["qualification_share"] for block in found["blocks"]] == [0.65, None]
    assert found["versions"][-1]["protocol"] == version.protocol
    assert found["versions"][-1]["protocol"]["blocks"][0]["qualification_share"] == 0.65


def test_who_failed_a_check_is_marked_counted_and_asked_for(answered: Study, api: Any) -> None:
    failed = Session.objects.filter(kind="live").first()
    Session.objects.filter(pk=failed.pk).update(state="failed_attention")
    assert api.get(f"/api/sessions/{failed.pk}/").json()["outcome"] == "failed_attention"
    at = f"/api/results/{answered.slug}/"
    found, everybody = api.get(at).json(), api.get(at, {"inattentive": "true"}).json()
    assert (found["sessions"]["live_failed_attention"], found["inattentive"]) == (1, False)
    (exclusion,) = found["exclusions"]
    assert (exclusion["check"], exclusion["failed"], exclusion["passed"]) == ("attention", 1, 1)
    raters = [told["rows"][0]["human"]["deception_rate"]["n_raters"] for told in (found, everybody)]
    assert raters == [1, 2]


def test_sessions_say_how_far_they_came(answered: Study, api: Any) -> None:
    found = api.get("/api/sessions/").json()["results"]
    counts = ("trials", "answered", "invalid", "set_aside")
    assert [(one["kind"], *(one[name] for name in counts)) for one in found] == [("live", 6, 6, 1, 0)] * 2
    assert found[0]["version_digest"] == answered.versions.get().digest


@pytest.mark.parametrize("resource", ["sessions", "responses", "results", "studies"])
def test_no_platform_id_leaves(resource: str, answered: Study, api: Any) -> None:
    listed = api.get(
        f"/api/{resource}/", {"simulated": "true"} if resource in ("sessions", "responses") else {}
    )
    first = listed.json()["results"][0]
    alone = api.get(f"/api/{resource}/{first.get('id') or first['slug']}/")
    for answer in (listed, alone):
        assert answer.status_code == 200
        assert b"prolific" not in answer.content.lower()
        assert b"ABCD-1234" not in answer.content


def test_previews_are_nobodys_data(answered: Study, api: Any) -> None:
    preview = Session.objects.get(kind="preview")
    response = Response.objects.filter(session=preview).first()
    assert response is not None
    assert api.get(f"/api/sessions/{preview.pk}/").status_code == 404
    assert api.get(f"/api/responses/{response.pk}/").status_code == 404
    listed = api.get("/api/responses/", {"simulated": "true", "limit": 1000}).json()["results"]
    assert {one["session_kind"] for one in listed} == {"live", "simulated"}


def test_a_response_says_what_was_shown_and_answered(answered: Study, api: Any) -> None:
    stored = Response.objects.filter(session__kind="live", trial__position=5).first()
    assert stored is not None
    found = api.get(f"/api/responses/{stored.pk}/").json()
    assert found["stimuli"] == [{"slot": "image", "condition": "real", "image": 5}]
    assert (found["block"], found["task"], found["trial"], found["repeat_of"]) == (1, "rapid_scene", 6, None)
    assert found["qualification"] is False
    assert (found["valid"], found["invalid_reason"]) == (False, "A frame was dropped.")
    assert found["exposures"] == stored.exposures
    assert found["score"] == stored.score


def test_a_simulated_session_is_found_by_its_id(answered: Study, api: Any) -> None:
    session = Session.objects.get(kind="simulated")
    assert api.get(f"/api/sessions/{session.pk}/").json()["kind"] == "simulated"


def test_metric_runs_show_state_values_and_origin(runs: dict[str, MetricRun], api: Any) -> None:
    found = {one["id"]: one for one in api.get("/api/metric-runs/").json()["results"]}
    assert found[runs["waiting"].pk]["job"]["state"] == "queued"
    assert found[runs["failed"].pk]["job"]["error"] == "It broke."
    imported = found[runs["imported"].pk]
    assert imported["job"] is None
    assert imported["provenance"]["source"] == "table.csv"
    assert [(value["quantity"], value["value"]) for value in imported["values"]] == [("fid", 40.0)]


def test_an_infinite_value_is_null(runs: dict[str, MetricRun], sets: dict[str, SampleSet], api: Any) -> None:
    found = api.get("/api/metric-runs/", {"sample_set": sets["wgan"].pk}).json()["results"]
    assert found[0]["values"][0]["value"] is None


def test_results_join_people_and_machines(answered: Study, runs: dict[str, MetricRun], api: Any) -> None:
    found = api.get(f"/api/results/{answered.slug}/").json()
    assert found["version"] == 1
    assert found["sessions"]["live_completed"] == 2
    rows = {row["condition"]: row for row in found["rows"]}
    estimate = rows["gan"]["human"]["deception_rate_generated"]
    assert (estimate["value"], estimate["n_raters"], estimate["n_trials"]) == (0.5, 2, 2)
    assert estimate["low_these_images"] <= 0.5 <= estimate["high_these_images"]
    assert (estimate["low"] is None) == (estimate["n_images"] < 2), "one image says nothing of others"
    measured = rows["gan"]["metrics"]["fid"]
    assert measured["value"] == 40.0
    assert "mported from table.csv" in measured["imported"]
    assert rows["wgan"]["metrics"]["fid"]["value"] is None


def test_agreement_is_with_the_quantity_asked_for(
    answered: Study, runs: dict[str, MetricRun], api: Any
) -> None:
    at = f"/api/results/{answered.slug}/"
    first = api.get(at).json()
    other = [column["key"] for column in first["human"] if column["key"] == "d_prime"]
    asked = api.get(at, {"human": other[0]}).json()["agreement"]
    assert [(one["metric"], one["human"]) for one in asked] == [("fid", "d_prime")]
    assert [one["human"] for one in first["agreement"]] != ["d_prime"]


def test_differences_and_ranks_are_of_the_quantity_asked_for(answered: Study, api: Any) -> None:
    found = api.get(f"/api/results/{answered.slug}/", {"human": "deception_rate_real"}).json()
    values = {row["condition"]: row["human"]["deception_rate_real"]["value"] for row in found["rows"]}
    assert found["comparisons"]
    for pair in found["comparisons"]:
        assert pair["value"] == pytest.approx(values[pair["condition"]] - values[pair["other"]])
        assert pair["low"] <= pair["value"] <= pair["high"]
        assert (pair["ratio"], pair["p"] > 0.05) == (False, pair["low"] <= 0 <= pair["high"])
    ranks = [(one["best"], one["worst"], bool(one["letters"])) for one in found["ranking"]]
    assert {one["condition"] for one in found["ranking"]} <= values.keys() - {"real"}
    assert all(1 <= best <= worst <= len(ranks) and letters for best, worst, letters in ranks)


def test_simulated_raters_count_where_asked_for(answered: Study, api: Any) -> None:
    def raters(**asked: str) -> int:
        rows = api.get(f"/api/results/{answered.slug}/", asked).json()["rows"]
        return int(rows[0]["human"]["deception_rate"]["n_raters"])

    assert (raters(), raters(simulated="true")) == (2, 3)


def test_a_draft_has_empty_results(study: Study, api: Any) -> None:
    study.versions.all().delete()
    found = api.get(f"/api/results/{study.slug}/").json()
    assert (found["version"], found["human"]) == (None, [])
    assert [row["condition"] for row in found["rows"]] == ["gan", "vae", "wgan"]


def test_lists_cost_few_queries(
    answered: Study, runs: dict[str, MetricRun], api: Any, django_assert_max_num_queries: Any
) -> None:
    for resource in ("sample-sets", "studies", "sessions", "responses", "metric-runs"):
        with django_assert_max_num_queries(12):
            assert api.get(f"/api/{resource}/").status_code == 200
