"""Makes a site's database and static files, with toy images and studies; which is told on standard input.

All in one process, because starting one costs as much as the work.

A study is ``{"slug", "blocks": [{"task", "params", "trials", "practice", "catch"}], "title"?, "open"?,
"display_px"?}``; it compares the condition "rings" with the reference set "discs".
"""

from __future__ import annotations

import json
import sys
from typing import Any

import django

django.setup()

import numpy as np
from django.core.management import call_command
from django.utils import timezone
from PIL import Image

from evalsite.samples.images import encode_lossless
from evalsite.samples.models import SampleSet
from evalsite.samples.services import NewImage, create_sample_set
from evalsite.samples.storage import store
from evalsite.studies.models import Block, Condition, Study
from evalsite.studies.services import open_study

SIDE_PX = 32
IMAGES_PER_SET = 64


def draw(seed: int, *, ring: bool) -> Image.Image:
    """A shaded disc, or a ring, of random place, size and colour."""
    rng = np.random.default_rng([seed, int(ring)])
    y, x = np.mgrid[:SIDE_PX, :SIDE_PX]
    centre, radius = rng.uniform(11, 21, size=2), rng.uniform(6, 11)
    distance = np.hypot(y - centre[0], x - centre[1])
    shade = np.clip(1.4 - np.abs(distance - radius) / 3, 0, 1) if ring else np.clip(radius - distance, 0, 1)
    colour, ground = rng.uniform(90, 255, size=3), rng.uniform(0, 80, size=3)
    pixels = ground + shade[..., None] * (colour - ground)
    return Image.fromarray(pixels.round().astype(np.uint8))


def make_set(name: str, kind: str, *, ring: bool) -> SampleSet:
    with store().batch() as batch:
        digests = [batch.put(encode_lossless(draw(seed, ring=ring))) for seed in range(IMAGES_PER_SET)]
    images = [NewImage(sha256=digest, width_px=SIDE_PX, height_px=SIDE_PX) for digest in digests]
    return create_sample_set(name=name, kind=kind, images=images, now=timezone.now())


def make_study(about: dict[str, Any], reference: SampleSet, generated: SampleSet) -> None:
    texts = {"title": about.get("title", "Rings and discs"), "display_px": about.get("display_px", 256)}
    study = Study.objects.create(
        slug=about["slug"], reference_set=reference, stimulus_px=64, created_at=timezone.now(), **texts
    )
    Condition.objects.create(study=study, name="rings", sample_set=generated)
    for position, block in enumerate(about["blocks"]):
        Block.objects.create(
            study=study,
            position=position,
            task=block["task"],
            params=block.get("params", {}),
            trials_per_block=block["trials"],
            practice_trials=block.get("practice", 0),
            catch_trials=block.get("catch", 0),
            qualification_share=block.get("qualification"),
        )
    if about.get("open", True):
        open_study(study=study, now=timezone.now())


def main() -> None:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    reference = make_set("discs", "reference", ring=False)
    generated = make_set("rings", "generated", ring=True)
    for about in json.load(sys.stdin):
        make_study(about, reference, generated)


if __name__ == "__main__":
    main()
