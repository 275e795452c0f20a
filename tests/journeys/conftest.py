"""A real site under a real server, and raters who speak HTTP to it without a browser.

Test files here are of one xdist group, so that the site is made once and not in each process.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.support import wire
from tests.support.site_server import SiteServer

Json = dict[str, Any]

RAPID = {"task": "rapid_scene", "params": {"fixation_ms": 50}}
STAIRCASE = {"task": "rapid_scene", "params": {"exposure": "staircase"}}
PAIRWISE = {"task": "pairwise", "params": {"compare": "real_vs_generated"}}
STUDIES = [
    {
        "slug": "seen",
        "title": "Pictures",
        "blocks": [{**RAPID, "trials": 16, "practice": 2, "catch": 2}, {**PAIRWISE, "trials": 6}],
    },
    {"slug": "kept", "title": "Pictures", "blocks": [{**RAPID, "trials": 30}]},
    {"slug": "stairs", "title": "Pictures", "blocks": [{**STAIRCASE, "trials": 6}]},
]

RETRY_SECONDS = 60.0


class TwoWorkers(SiteServer):
    """The site in two processes, so that answers meet in the database and not in one interpreter."""

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"WEB_CONCURRENCY": "2"}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteServer]:
    server = TwoWorkers(tmp_path_factory.mktemp("journeys"))
    server.prepare(STUDIES)
    server.start()
    yield server
    server.kill()


class HttpRater:
    """A rater's browser, less its screen; everything it was sent is kept."""

    def __init__(self, site: SiteServer, slug: str) -> None:
        self.client = httpx.Client(base_url=site.url, follow_redirects=True, timeout=30)
        self.received: list[httpx.Response] = []
        self.client.event_hooks["response"].append(self._keep)
        page = self.client.get(f"/r/{slug}/")
        assert page.status_code == 200, page.text
        self.config = wire.config_of(page.text)
        self.client.headers["X-CSRFToken"] = self.config["csrf"]
        self.base = self.post("consent", {"agreed": True, "visit": self.config["visit"]})["enter"]
        self.session = self.base.split("/")[2]
        self.config = wire.config_of(self.client.get(self.base).text)

    def get(self, name: str) -> Json:
        return self.client.get(self.config["urls"][name]).raise_for_status().json()

    def post(self, name: str, data: Json) -> Json:
        return self.client.post(self.config["urls"][name], json=data).raise_for_status().json()

    def send(self, *submissions: Json) -> Json:
        return self.post("responses", {"responses": list(submissions)})

    def send_until_acknowledged(self, submission: Json) -> Json:
        """What an outbox does: the same answer again until the site has said that it has it."""
        deadline = time.monotonic() + RETRY_SECONDS
        while time.monotonic() < deadline:
            try:
                return self.send(submission)
            except (httpx.TransportError, httpx.HTTPStatusError):
                time.sleep(0.05)
        raise TimeoutError("the site did not come back")

    def begin(self) -> HttpRater:
        self.post("device", wire.device())
        self.post("begin", {})
        return self

    def _keep(self, response: httpx.Response) -> None:
        response.read()
        self.received.append(response)


@pytest.fixture(scope="module")
def new_rater(site: SiteServer) -> Iterator[Callable[[str], HttpRater]]:
    """Sends a rater to a study's link."""
    raters: list[HttpRater] = []

    def arrive(slug: str) -> HttpRater:
        raters.append(HttpRater(site, slug))
        return raters[-1]

    yield arrive
    for rater in raters:
        rater.client.close()
