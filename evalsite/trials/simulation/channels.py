"""How a simulated rater reaches the site: straight through the services, or over HTTP like a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Protocol
from uuid import UUID

import httpx

from evalsite.studies.models import Study
from evalsite.trials import services
from evalsite.trials.errors import SimulationError
from evalsite.trials.models import Session
from evalsite.trials.wire import parsing

Json = dict[str, Any]

CONFIG = re.compile(r'<script[^>]*id="rater-config"[^>]*>(.*?)</script>', re.DOTALL)
TIMEOUT_SECONDS = 60.0


class Channel(Protocol):
    """What a rater can do, in the words of the wire."""

    batch: int
    """How many answers are sent at a time."""

    def enter(self, device: Json, *, seed: int) -> UUID:
        """Arrive, agree, have the device checked and begin; the session's id."""

    def block(self) -> Json:
        """The trials that wait."""

    def answer(self, submissions: list[Json]) -> Json:
        """Send answers."""

    def complete(self) -> None:
        """Finish."""

    def close(self) -> None:
        """Let go of the connection, finished or not."""


@dataclass
class ServicesChannel:
    """Calls what the views call, without HTTP."""

    study: Study
    clock: Callable[[], datetime]
    batch: int = 25
    session: Session = field(init=False)

    def enter(self, device: Json, *, seed: int) -> UUID:
        """Arrive, agree, have the device checked and begin; the session's id."""
        kind = Session.Kind.SIMULATED
        arrived = services.begin_session(study=self.study, query={}, kind=kind, seed=seed, now=self.clock())
        services.record_device(session=arrived, device=parsing.read_device(device), now=self.clock())
        self.session = services.begin_trials(session=arrived, now=self.clock())
        return self.session.pk

    def block(self) -> Json:
        """The trials that wait."""
        return services.deliver_block(session=self.session, now=self.clock())

    def answer(self, submissions: list[Json]) -> Json:
        """Send answers."""
        read = parsing.read_submissions({"responses": submissions})
        done = services.record_responses(session=self.session, submissions=read, now=self.clock())
        return done.to_json()

    def complete(self) -> None:
        """Finish."""
        services.complete_session(session=self.session, now=self.clock())

    def close(self) -> None:
        """There is no connection."""


class HttpChannel:
    """Speaks to a running site as a browser does, one answer at a time; it looks at no image."""

    batch = 1

    def __init__(self, url: str, slug: str) -> None:
        self.link = f"/r/{slug}/"
        try:
            self.client = httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS, follow_redirects=True)
        except httpx.InvalidURL as error:
            raise SimulationError(
                f"{url!r} is no address ({error}); give one such as http://127.0.0.1:8000"
            ) from error
        self.urls: dict[str, str] = {}

    def enter(self, device: Json, *, seed: int) -> UUID:
        """Arrive, agree, have the device checked and begin; the session's id."""
        welcome = self._open(self.link, {parsing.SIMULATED: parsing.make_simulation_pass()})
        address = self._post("consent", {"agreed": True, "visit": welcome["visit"]})["enter"]
        self._open(address)
        self._post("device", device)
        self._post("begin", {})
        return UUID(address.split("/")[2])

    def block(self) -> Json:
        """The trials that wait."""
        found: Json = self._ask("GET", self.urls["block"]).json()
        return found

    def answer(self, submissions: list[Json]) -> Json:
        """Send answers."""
        return self._post("responses", {"responses": submissions})

    def complete(self) -> None:
        """Finish."""
        self._post("complete", {})

    def close(self) -> None:
        """Let go of the connection, finished or not."""
        self.client.close()

    def _open(self, address: str, params: dict[str, str] | None = None) -> Json:
        """Load a page and go on with the addresses it names; what it was told by the site."""
        page = self._ask("GET", address, params=params)
        if (found := CONFIG.search(page.text)) is None:
            raise SimulationError(f"{page.url} is not a rater's page; check the address of the site")
        config: Json = json.loads(found.group(1))
        self.urls = config["urls"]
        self.client.headers["X-CSRFToken"] = config["csrf"]
        self.client.headers["Referer"] = str(page.url)
        return config

    def _post(self, name: str, data: Json) -> Json:
        answer: Json = self._ask("POST", self.urls[name], json=data).json()
        return answer

    def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            response = self.client.request(method, path, **options)
        except httpx.HTTPError as error:
            raise SimulationError(
                f"nothing answers at {self.client.base_url} ({error}); start the site or give its address"
            ) from error
        if response.status_code != HTTPStatus.OK:
            raise SimulationError(f"{response.url} answered {response.status_code}; {_sentence(response)}")
        return response


def _sentence(response: httpx.Response) -> str:
    try:
        return str(response.json()["error"])
    except (ValueError, KeyError):
        return "check that the study is open and the address is this site's"
