"""The demo: real images, trained generators, two studies, simulated raters, metric runs.

Each step looks first whether its work is done, so that a second call does nothing twice, and does it whole or
not at all, so that one after a kill goes on where that one stood.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from evalsite.launch.errors import MissingDemoFileError
from evalsite.launch.presentation import WORDS as PRESENTED
from evalsite.launch.presentation import present
from evalsite.launch.roles import create_roles
from evalsite.runs.models import MetricRun
from evalsite.runs.services import request_evaluation
from evalsite.samples.models import SampleSet
from evalsite.samples.services import create_sample_set
from evalsite.studies.models import Block, Condition, Study
from evalsite.studies.services import open_study
from evalsite.trials.models import Session

REFERENCE = "fashion-mnist-test"
REFERENCE_FILE = Path(__file__).parent / "data" / "fashion-mnist-test.npz"
ZOO = Path(__file__).resolve().parents[2] / "ganmodels" / "zoo"
ATTRIBUTION = "Fashion-MNIST, copyright 2017 Zalando SE, MIT licence (arXiv:1708.07747)"
SAMPLE_COUNT = 512
SAMPLE_SEED = 0
SIMULATED_RATERS = 24
ADMIN = "admin"
MEASURES = (
    {"metrics": ["inception_score", "fid", "kid"], "extractor": "efficientnet_lite0"},
    {"metrics": ["fid", "kid"], "extractor": "inception_v3"},
)
"""Quick ones first. The Inception Score itself needs logits, which the packaged Inception weights lack."""


@dataclass(frozen=True)
class Model:
    """A shipped checkpoint and the sample set that the demo draws from it."""

    condition: str

    @property
    def file(self) -> Path:
        """The checkpoint."""
        return ZOO / f"{self.condition}_fashion_mnist.safetensors"

    @property
    def sample_set(self) -> str:
        """Name of the sample set."""
        return f"{self.condition} on Fashion-MNIST"


@dataclass(frozen=True)
class DemoStudy:
    """A study as a researcher would have filled it in."""

    slug: str
    title: str
    instructions: str
    task: str
    params: dict[str, Any] = field(default_factory=dict)
    trials: int = 60
    practice: int = 4
    catch: int = 0


MODELS = tuple(
    Model(condition)
    for condition in (
        "gan",
        "lsgan",
        "lsgan_collapsed",
        "wgan",
        "wgan_gp",
        "wgan_gp_early",
        "sngan",
        "ebgan",
        "began",
        "vae",
    )
)
"""Two of them bad on purpose, so that people and metrics have something to tell apart."""
STUDIES = (
    DemoStudy(
        slug="fashion-flash",
        title="Real or generated? At a glance",
        instructions=(
            "You will see small pictures of clothing, each for a tenth of a second. Half are photographs, "
            "half were made by a computer. After each, say which it was. Guess if you are not sure."
        ),
        task="rapid_scene",
        params={"exposure": "fixed", "exposure_ms": 100},
        trials=60,
        catch=2,
    ),
    DemoStudy(
        slug="fashion-pairs",
        title="Which looks more real?",
        instructions=(
            "You will see two small pictures of clothing side by side. "
            "Say which of them looks more like a photograph."
        ),
        task="pairwise",
        params={"compare": "both"},
        trials=45,
        practice=3,
    ),
)
CONSENT = (
    "This is a demonstration study. You will judge pictures of clothing for about three minutes. Your "
    "answers are stored without your name, on this computer. You may stop at any time by closing the page."
)
DEBRIEFING = (
    "Thank you. The real pictures are test images of Fashion-MNIST; the others were made by ten small "
    "networks, two of them bad on purpose. Your answers show how often each of them passes for real."
)


def steps() -> Iterator[tuple[str, Callable[[], object]]]:
    """What the demo does, in order, each with the words to say while it is done."""
    yield "Preparing the database", partial(call_command, "migrate", interactive=False, verbosity=0)
    yield "Collecting static files", partial(call_command, "collectstatic", interactive=False, verbosity=0)
    yield "Creating the staff's roles", create_roles
    yield "Importing 10,000 real images", _import_reference
    for model in MODELS:
        yield f"Sampling {SAMPLE_COUNT} images from {model.condition}", partial(_sample, model)
    for study in STUDIES:
        yield f"Setting up the study {study.slug}", partial(_set_up, study)
        yield f"Letting {SIMULATED_RATERS} simulated raters answer it", partial(_simulate, study)
    yield "Asking for metrics; the worker computes them", _measure


@contextmanager
def alone(folder: Path, say: Callable[[str], object]) -> Iterator[None]:
    """Keep other calls out while this one prepares the demo in a data folder; they wait, and find it done."""
    held = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another call prepares the demo in this folder; this one waits for it.")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


@transaction.atomic
def ensure_admin() -> str:
    """Make the administrator's account; return its password, the same at each call, empty if it was changed.

    The password is generated, and kept readable for the site's own user only.
    """
    path = settings.EVALSITE_DATA / "demo_admin_password"
    user, created = get_user_model().objects.get_or_create(
        username=ADMIN, defaults={"is_staff": True, "is_superuser": True}
    )
    if created:
        password = secrets.token_urlsafe(12)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(password)
        user.set_password(password)
        user.save()
    known = path.read_text("ascii") if path.exists() else ""
    return known if known and user.check_password(known) else ""


def addresses(base: str, password: str) -> list[tuple[str, str]]:
    """Where to go from here, as pairs of words and address."""
    login = f"user {ADMIN}, password {password}" if password else f"user {ADMIN}, with the password you set"
    raters = [(f"Rater, {study.title.lower()}", f"{base}/r/{study.slug}/") for study in STUDIES]
    return [*raters, (f"Admin ({login})", f"{base}/admin/"), ("Results", f"{base}/results/")]


def _import_reference() -> None:
    if SampleSet.objects.filter(name=REFERENCE).exists():
        return
    with np.load(_existing(REFERENCE_FILE)) as given, TemporaryDirectory() as folder:
        presented = Path(folder) / REFERENCE_FILE.name
        np.savez(presented, arr_0=present(given["arr_0"]), arr_1=given["arr_1"])
        call_command(
            "import_images", str(presented), name=REFERENCE, kind="reference", attribution=ATTRIBUTION,
            origin=f"Fashion-MNIST test images; {PRESENTED}",
        )  # fmt: skip


def _sample(model: Model) -> None:
    if SampleSet.objects.filter(name=model.sample_set).exists():
        return
    from evalsite.runs.doors import ganmodels  # loads torch, for what is new only

    file, now = Path(_existing(model.file)), timezone.now()
    checkpoint = ganmodels.register_checkpoint(path=file, name=file.stem, now=now)
    generator = ganmodels.open_generator(checkpoint)
    batches = ganmodels.sample_into_store(
        generator, start=0, stop=SAMPLE_COUNT, seed=SAMPLE_SEED, present=present
    )
    create_sample_set(
        name=model.sample_set,
        kind=SampleSet.Kind.GENERATED,
        images=[image for batch in batches for image in batch],
        now=now,
        checkpoint=checkpoint,
        seed=SAMPLE_SEED,
        settings={"presented": PRESENTED},
        origin=f"sampled from {checkpoint.name}, seed {SAMPLE_SEED}; {PRESENTED}",
    )


def _existing(path: Path) -> str:
    if not path.exists():
        raise MissingDemoFileError(
            f"{path.name} is missing from {path.parent}: check out the repository again"
        )
    return str(path)


@transaction.atomic
def _set_up(demo: DemoStudy) -> None:
    if Study.objects.filter(slug=demo.slug).exists():
        return
    now = timezone.now()
    study = Study.objects.create(
        slug=demo.slug, title=demo.title, reference_set=SampleSet.objects.get(name=REFERENCE), stimulus_px=32,
        consent_text=CONSENT, instructions_text=demo.instructions, debriefing_text=DEBRIEFING, created_at=now,
    )  # fmt: skip
    for position, model in enumerate(MODELS):
        Condition.objects.create(
            study=study,
            name=model.condition,
            sample_set=SampleSet.objects.get(name=model.sample_set),
            position=position,
        )
    Block.objects.create(
        study=study, task=demo.task, params=demo.params, trials_per_block=demo.trials,
        practice_trials=demo.practice, catch_trials=demo.catch,
    )  # fmt: skip
    open_study(study=study, now=now)


@transaction.atomic
def _simulate(demo: DemoStudy) -> None:
    if Session.objects.filter(study__slug=demo.slug, kind=Session.Kind.SIMULATED).exists():
        return
    call_command("simulate_raters", demo.slug, count=SIMULATED_RATERS, ability=1.0, seed=0)


def _measure() -> None:
    reference = SampleSet.objects.get(name=REFERENCE)
    for measure in MEASURES:
        for model in MODELS:
            sample_set = SampleSet.objects.get(name=model.sample_set)
            chosen = {"extractor": measure["extractor"], "seed": 0}
            asked = MetricRun.objects.filter(
                sample_set=sample_set, reference_set=reference, settings__extractor=chosen["extractor"]
            )
            if not asked.exists():
                request_evaluation(
                    sample_set=sample_set, reference_set=reference, metrics=list(measure["metrics"]),
                    settings=chosen, now=timezone.now(),
                )  # fmt: skip
