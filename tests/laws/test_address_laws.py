"""Every address of the site, asked for by everybody; the resolver names them, so a new one is held too.

An address without a rule below fails. The API's addresses are held to stricter ones beside its own tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from PIL import Image
from rest_framework.authtoken.models import Token

from evalsite.launch.roles import create_roles
from evalsite.runs.services import request_evaluation
from evalsite.samples.models import Checkpoint, SampleSet
from evalsite.samples.services import import_sample_set
from evalsite.studies.models import Block, Condition, Study
from evalsite.studies.services import open_study
from evalsite.trials.models import Session
from evalsite.trials.services import begin_session
from tests.support import wire

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
PLATFORM_ID = "5f2cplatformid"
TELLING = ("alphagan", "photographs-of-faces", PLATFORM_ID)
"""What no stranger and no rater may ever read: a condition, a sample set, a platform's id."""

PUBLIC = {
    "launch:landing": {200},
    "trials:arrive": {200, 302},
    "trials:agree": {400, 405},
    "trials:timing": {200},
    "admin:login": {200},
    "admin:jsi18n": {200, 302},
    "admin:None": {301, 302, 404},
    "trials:rater": {404},
}
"""What strangers are answered where they are answered; any other address is a closed door."""
CLOSED = {301, 302, 401, 403, 404, 405, 410}
OWN_SESSION = re.compile(r"^s/<uuid:session_id>/")
EVERY_STAFF = {
    "admin:index", "admin:app_list", "admin:search", "admin:password_change", "admin:password_change_done",
    "admin:logout", "admin:autocomplete", "admin:view_on_site", "admin:login", "admin:jsi18n", "admin:None",
}  # fmt: skip
"""Pages that show each member of the staff what they may see, which is nothing for a newcomer."""
SUPERUSERS_ONLY = ("admin:auth_", "admin:api_", "admin:axes_", "admin:django_tasks_database_")
CHANGING = (
    "_add", "_delete", "_open", "_close", "_sample", "_measure", "_inspect", "jobs:cancel", "jobs:retry",
    "preview",
)  # fmt: skip
"""Ends of the names of what analysts, who read, may not reach."""
METHODS = ("get", "post", "delete")


def walk(found: Any, before: str = "", spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Pattern and full name of each address."""
    for one in found:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from walk(one.url_patterns, route, (*spaces, *filter(None, [one.namespace])))
        elif isinstance(one, URLPattern):
            yield route, ":".join([*spaces, str(one.name)])


ADDRESSES = [one for one in walk(get_resolver().url_patterns) if not one[0].startswith("api/")]


@pytest.fixture
def study(tmp_path: Path, settings: Any) -> Study:
    settings.EVALSITE_DATA = tmp_path / "data"
    sets = [
        _make_set(tmp_path, "photographs-of-faces", "reference", 0),
        _make_set(tmp_path, "alphagan", "generated", 100),
    ]
    made = Study.objects.create(
        slug="faces", title="A study", reference_set=sets[0], stimulus_px=16, created_at=NOW
    )
    Condition.objects.create(study=made, name="alphagan", sample_set=sets[1])
    Block.objects.create(study=made, task="rapid_scene", trials_per_block=4, practice_trials=0)
    open_study(study=made, now=NOW)
    Checkpoint.objects.create(
        name="alphagan-weights", sha256="ab" * 32, size_bytes=1, model="gan", created_at=NOW
    )
    request_evaluation(
        sample_set=sets[1], reference_set=sets[0], metrics=["fid"], settings={"seed": 0}, now=NOW
    )
    return made


def _make_set(tmp_path: Path, name: str, kind: str, seed: int) -> SampleSet:
    folder = tmp_path / name
    folder.mkdir()
    for number in range(12):
        pixels = np.random.default_rng(seed + number).integers(0, 256, (16, 16, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return import_sample_set(name=name, kind=kind, source=folder, now=NOW).sample_set


@pytest.fixture
def foreign(study: Study) -> Session:
    """The session of a rater who is none of those that ask."""
    found = begin_session(study=study, query={}, now=NOW)
    found.participant.external_id = PLATFORM_ID
    found.participant.save()
    return found


@pytest.fixture
def client_of(foreign: Session) -> Callable[[str], Client]:
    """Browsers of: stranger, rater (of another session), newcomer, analyst, researcher, superuser."""
    create_roles()

    def make(who: str) -> Client:
        client = Client(raise_request_exception=False)
        if who == "rater":
            page = client.get("/r/faces/").content.decode()
            answer = {"agreed": True, "visit": wire.config_of(page)["visit"]}
            client.post("/r/faces/consent", answer, content_type="application/json")
        elif who != "stranger":
            user = User.objects.create_user(who, is_staff=True, is_superuser=who == "superuser")
            user.groups.set(Group.objects.filter(name__istartswith=who))
            Token.objects.create(user=user)
            client.force_login(user)
        return client

    return make


@pytest.fixture
def fill(foreign: Session) -> Callable[[str], str]:
    """A pattern's address of something that is there and is not one's own."""

    def filled(route: str) -> str:
        kind = re.match(r"admin/(\w+)/(\w+)/", route)
        model = apps.get_model(*kind.groups()) if kind and "<" in route else None
        row = model.objects.first() if model else None
        key = str(row.pk) if row else "1"
        known = {
            "<uuid:session_id>": str(foreign.pk), "<slug:slug>": "faces",
            "<int:study_id>": str(foreign.study_id), "<int:number>": str(foreign.version.number),
            "<int:position>": "0", "<int:sample_set_id>": key,
            "<path:content_type_id>": "1", "<path:object_id>": key, "<id>": key, "<str:name>": "x" * 22,
            "plots/<slug:name>": "plots/ranking", "export/<slug:name>": "export/trials",
            "<image_format:image_format>": "svg", "(?P<url>.*)$": "nothing/", "<int:pk>": _first_job(),
            "<slug:view>": "samples",
        }  # fmt: skip
        for part, value in sorted(known.items(), key=lambda pair: -len(pair[0])):
            route = route.replace(part, value)
        route = re.sub(r"\^\(\?P<app_label>[^)]*\)/\$", "studies/", route)
        assert not re.search(r"[<>^$]", route), f"no rule fills {route}"
        return f"/{route}"

    return filled


def _first_job() -> str:
    from evalsite.jobs.models import Job

    return str(Job.objects.get().pk)


def rows() -> dict[str, int]:
    """Rows of every table but those that note who came by."""
    passing = {"sessions", "axes", "admin"}
    models = [model for model in apps.get_models() if model._meta.app_label not in passing]
    return {model._meta.label: model._default_manager.count() for model in models}


def said(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode("utf-8", "replace") + str(response.headers)


def test_every_address_has_a_rule() -> None:
    staff = ("admin:", "results:", "runs:", "jobs:", "trials:preview")
    ruled = {route for route, name in ADDRESSES if name.startswith(staff) or name in PUBLIC}
    assert [route for route, _ in ADDRESSES if route not in ruled and not OWN_SESSION.match(route)] == []
    assert len(ADDRESSES) > 100


@pytest.mark.parametrize("who", ["stranger", "rater"])
def test_strangers_and_raters_of_other_sessions_read_nothing_and_change_nothing(
    who: str, client_of: Callable[[str], Client], fill: Callable[[str], str]
) -> None:
    client, faults = client_of(who), []
    before = rows()
    for route, name in ADDRESSES:
        for method in METHODS:
            response = getattr(client, method)(fill(route))
            allowed = PUBLIC.get(name, CLOSED) | (set() if method in {"get", "head"} else CLOSED)
            login = name == "admin:login"  # a form that comes back with what was wrong
            if response.status_code not in allowed | ({200, 403} if login else set()):
                faults.append((method, route, response.status_code))
            if any(word in said(response) for word in TELLING):
                faults.append((method, route, "tells"))
    assert faults == []
    assert rows() == before


def test_nobodys_role_opens_a_raters_session(
    client_of: Callable[[str], Client], fill: Callable[[str], str]
) -> None:
    clients = {who: client_of(who) for who in ("analyst", "researcher", "superuser")}
    own = [route for route, _ in ADDRESSES if OWN_SESSION.match(route)]
    statuses = {
        (who, route): client.get(fill(route)).status_code for who, client in clients.items() for route in own
    }
    assert len(own) >= 9
    assert set(statuses.values()) <= {404, 405}


def test_newcomers_see_that_they_may_see_nothing(
    client_of: Callable[[str], Client], fill: Callable[[str], str]
) -> None:
    client, faults = client_of("newcomer"), []
    before = rows()
    for route, name in ADDRESSES:
        for method in ("get", "post"):
            response = getattr(client, method)(fill(route))
            open_to = name in EVERY_STAFF or name in PUBLIC
            if not open_to and response.status_code not in CLOSED:
                faults.append((method, route, response.status_code))
            if response.status_code >= 500 or any(word in said(response) for word in TELLING):
                faults.append((method, route, response.status_code, "tells"))
    assert faults == []
    assert rows() == before


@pytest.mark.slow
@pytest.mark.parametrize("who", ["analyst", "researcher", "superuser"])
def test_roles_read_what_they_may_and_analysts_change_nothing(
    who: str, client_of: Callable[[str], Client], fill: Callable[[str], str]
) -> None:
    client, faults = client_of(who), []
    before = rows()
    for route, name in ADDRESSES:
        if OWN_SESSION.match(route) or name in {"trials:arrive", "admin:logout", "admin:autocomplete"}:
            continue
        status = client.get(fill(route)).status_code
        closed = who != "superuser" and name.startswith(SUPERUSERS_ONLY)
        changing = who == "analyst" and name.endswith(CHANGING)
        if status >= 500 or (status == 200) is (closed or changing):
            reachable = status in {301, 302, 404, 405} and not (closed or changing)
            barred = status != 200 and (closed or changing)
            may_lack = who != "analyst" and status in {403, 404}  # what nobody adds or deletes by hand
            if status >= 500 or not (reachable or barred or may_lack):
                faults.append((route, status))
        if who == "analyst" and client.post(fill(route), {}).status_code in {200, 201, 204} and changing:
            faults.append((route, "changes"))
    assert faults == []
    if who == "analyst":
        assert rows() == before


def test_platform_ids_are_in_no_file_to_take_away(client_of: Callable[[str], Client]) -> None:
    client = client_of("superuser")
    tables = ("trials", "sessions", "estimates", "joined", "codebook")
    resources = ("/api/sessions/", "/api/responses/", "/api/results/faces/", "/results/faces/")
    for address in (*(f"/results/faces/export/{table}.csv" for table in tables), *resources):
        response = client.get(address)
        assert response.status_code == 200, address
        assert PLATFORM_ID not in said(response)


@pytest.mark.parametrize("bad", ["0", "-1", "9" * 20, "1%00", "%ff", "..", "é", "x" * 300, str(UUID(int=7))])
def test_addresses_of_nothing_are_not_found_and_never_faults(
    bad: str, client_of: Callable[[str], Client]
) -> None:
    client, faults = client_of("superuser"), []
    for route, name in ADDRESSES:
        if "<" not in route or name in EVERY_STAFF:
            continue
        address = re.sub(r"<[^>]*>", bad, re.sub(r"<image_format:\w+>", "png", route))
        status = client.get(f"/{address}").status_code
        if status >= 500 or status == 200:
            faults.append((route, status))
    assert faults == []
