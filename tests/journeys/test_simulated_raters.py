"""Simulated raters over the real HTTP API of a real server."""

import json
from collections import Counter

import pytest

from tests.support.site_server import SiteServer

pytestmark = pytest.mark.xdist_group("journeys")


def test_raters_go_through_a_study_over_http_and_are_marked(site):
    said = site.manage(
        "simulate_raters",
        "stairs",
        "--through",
        "http",
        "--url",
        site.url,
        "--count",
        "4",
        "--concurrency",
        "4",
    )
    assert "4 simulated raters gave 24 answers" in said
    rows = site.rows(
        "SELECT s.kind, s.state, count(*) AS n "
        "FROM trials_session s JOIN trials_response r ON r.session_id = s.id "
        "WHERE s.kind = 'simulated' GROUP BY s.id"
    )
    assert rows == [{"kind": "simulated", "state": "completed", "n": 6}] * 4


def test_no_rater_sees_an_image_twice_in_any_block(site):
    site.manage("simulate_raters", "seen", "--count", "3")
    rows = site.rows(
        "SELECT t.session_id, t.plan FROM trials_trial t JOIN trials_session s ON t.session_id = s.id "
        "JOIN studies_study d ON s.study_id = d.id "
        "WHERE d.slug = 'seen' AND s.kind = 'simulated' AND t.repeat_of_id IS NULL"
    )
    shown = Counter(
        (row["session_id"], stimulus["condition"], stimulus["image"])
        for row in rows
        for stimulus in json.loads(row["plan"])["stimuli"]
    )
    assert sum(shown.values()) == 3 * (16 + 2 + 2 + 2 * 6), "one image a trial, then pairs"
    assert set(shown.values()) == {1}


@pytest.mark.slow
def test_a_site_that_keeps_its_data_elsewhere_is_told_apart(site, tmp_path):
    elsewhere = SiteServer(tmp_path)
    (tmp_path / "secret_key").write_text("another key")
    elsewhere.manage("migrate", "--skip-checks", "--verbosity", "0")
    with pytest.raises(RuntimeError, match="no study"):
        elsewhere.manage("simulate_raters", "stairs", "--through", "http", "--url", site.url)
