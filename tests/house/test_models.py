"""`docs/models.md` is the page that its script draws from the shipped checkpoints."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ganmodels.checkpoints import load
from tests.house import models


def test_the_page_is_as_the_files_have_it() -> None:
    assert models.PAGE.read_text(encoding="utf-8") == models.page(), "run `python -m tests.house.models`"


def test_every_checkpoint_has_its_picture_and_no_picture_is_left_over() -> None:
    assert sorted(models.PICTURES.glob("*.png")) == [models.picture(path) for path in models.shipped()]


def test_a_picture_shows_what_the_checkpoint_draws() -> None:
    path = models.shipped()[0]
    first = load(path).sample(1, seed=0)[0, 0].numpy().astype(int)
    shown = np.asarray(Image.open(models.picture(path)))[2:34, 2:34].astype(int)
    assert np.abs(first - shown).max() <= 1, "another processor may round the other way"
