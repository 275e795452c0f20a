from __future__ import annotations

import numpy as np
import pytest
import torch

from metrics import open_images
from metrics.sensitivity.sets import deal_sets


@pytest.fixture(scope="module")
def real(pictures):
    return pictures(0, 45)


def test_images_are_dealt_to_three_sets_without_overlap(real):
    sets = deal_sets(open_images(real), limit=45, seed=0)
    dealt = torch.cat([sets.good, sets.reference, sets.held_out])
    assert {len(part) for part in (sets.good, sets.reference, sets.held_out)} == {15}
    assert len(torch.unique(dealt, dim=0)) == 45


def test_labels_are_the_modes_and_dropping_them_leaves_one(real):
    classes = np.arange(45) % 3
    grey = np.repeat(classes, 12 * 10 * 3).reshape(45, 12, 10, 3).astype(np.uint8)
    sets = deal_sets(open_images(grey, labels=classes.tolist()), limit=45, seed=0)
    shown = [sets.spoiled("mode_dropping", strength, 0).unique().tolist() for strength in (0.0, 0.4, 1.0)]
    assert [len(classes) for classes in shown] == [3, 2, 1]
    assert sets.spoiled("mode_dropping", 1.0, 0).shape == sets.good.shape


def test_copies_and_strangers_take_the_places_of_a_share(real):
    other = np.full((5, 12, 10, 3), 7, dtype=np.uint8)
    sets = deal_sets(open_images(real), limit=45, seed=0, other=open_images(other))
    strangers = sets.spoiled("contamination", 0.4, 0)
    assert int((strangers == 7).all(dim=(1, 2, 3)).sum()) == 6
    copies = {image.numpy().tobytes() for image in sets.spoiled("copying", 1.0, 0)}
    assert copies == {image.numpy().tobytes() for image in sets.reference}
