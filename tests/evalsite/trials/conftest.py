"""A study of small telling-named images, and a rater who speaks the wire without a browser."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from evalsite.samples.models import SampleSet
from evalsite.samples.services import NewImage, create_sample_set
from evalsite.samples.storage import store
from evalsite.studies.models import Block, Condition, Study
from evalsite.studies.services import open_study
from evalsite.trials.models import Session
from tests.support import wire

Json = dict[str, Any]
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
IMAGES = 24


def png(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def make_set(db: None) -> Callable[..., SampleSet]:
    def make(name: str, kind: str, first_seed: int, count: int = IMAGES) -> SampleSet:
        with store().batch() as batch:
            digests = [batch.put(png(first_seed + number)) for number in range(count)]
        images = [NewImage(digest, 8, 8, source_name=f"{name}-file.png") for digest in digests]
        return create_sample_set(name=name, kind=kind, images=images, now=NOW)

    return make


@pytest.fixture
def make_study(make_set: Callable[..., SampleSet]) -> Callable[..., Study]:
    """An open study of ``blocks``; each block a dict of task, params, trials, practice, catch."""

    def make(*blocks: Json, opened: bool = True, slug: str = "faces", **fields: Any) -> Study:
        study = Study.objects.create(
            slug=slug,
            title="A study",
            reference_set=make_set(f"photos-{slug}", "reference", 0),
            stimulus_px=16,
            created_at=NOW,
            **fields,
        )
        for position, name in enumerate(("alphagan", "betagan")):
            sample_set = make_set(f"{name}-{slug}", "generated", 1000 * (position + 1))
            Condition.objects.create(study=study, name=name, sample_set=sample_set, position=position)
        for position, block in enumerate(blocks or [{}]):
            Block.objects.create(
                study=study,
                position=position,
                task=block.get("task", "rapid_scene"),
                params=block.get("params", {}),
                trials_per_block=block.get("trials", 4),
                practice_trials=block.get("practice", 0),
                catch_trials=block.get("catch", 0),
                qualification_share=block.get("qualification"),
            )
        if opened:
            open_study(study=study, now=NOW)
            study.refresh_from_db()
        return study

    return make


class WireRater:
    """A rater at a browser without a screen."""

    def __init__(self, slug: str, client: Client | None = None, query: str = "") -> None:
        self.client = client or Client()
        arrived = self.client.get(f"/r/{slug}/{query}")
        self.base = arrived["Location"] if arrived.status_code == 302 else self._agree(arrived)

    @property
    def session(self) -> Session:
        return Session.objects.get(pk=self.base.split("/")[2])

    def get(self, name: str) -> Json:
        response = self.client.get(self.base + name)
        assert response.status_code == 200, response.content
        return response.json()

    def post(self, name: str, data: object, status: int = 200) -> Json:
        response = self.client.post(self.base + name, json.dumps(data), content_type="application/json")
        assert response.status_code == status, response.content
        return response.json()

    def _agree(self, page: HttpResponse) -> str:
        assert page.status_code == 200, page.content
        config = wire.config_of(page.content.decode())
        answer = {"agreed": True, "visit": config["visit"]}
        token = {"X-CSRFToken": config["csrf"]}
        agreed = self.client.post(
            config["urls"]["consent"], json.dumps(answer), "application/json", headers=token
        )
        assert agreed.status_code == 200, agreed.content
        return agreed.json()["enter"]

    def begin(self) -> WireRater:
        if self.get("state")["stage"] == "consent":  # of a preview
            self.post("consent", {"agreed": True})
        self.post("device", wire.device())
        assert self.post("begin", {})["stage"] == "trials"
        return self

    def send(self, *submissions: Json) -> Json:
        return self.post("responses", {"responses": list(submissions)})

    def answer_all(self, answer: str = "real") -> int:
        """Answers every trial there is, each as it was planned; returns how many."""
        stored = 0
        while (delivered := self.get("block"))["block"] is not None:
            following = None
            for trial in delivered["trials"]:
                payload = trial["payload"] or following["payload"]
                receipt = self.send(wire.submission(trial, answer, payload=payload))
                assert receipt["results"][0]["status"] == "stored", receipt
                following = receipt["next"]
                stored += 1
        return stored


@pytest.fixture
def rater() -> type[WireRater]:
    return WireRater
