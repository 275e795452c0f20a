"""Simulated raters over the real HTTP API of a real server."""

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


@pytest.mark.slow
def test_a_site_that_keeps_its_data_elsewhere_is_told_apart(site, tmp_path):
    elsewhere = SiteServer(tmp_path)
    (tmp_path / "secret_key").write_text("another key")
    elsewhere.manage("migrate", "--skip-checks", "--verbosity", "0")
    with pytest.raises(RuntimeError, match="no study"):
        elsewhere.manage("simulate_raters", "stairs", "--through", "http", "--url", site.url)
