from __future__ import annotations

import numpy as np
import pytest
import torch

from metrics import open_images
from metrics.errors import InvalidEvidenceError, InvalidSettingError, TooFewSamplesError
from metrics.images.pairing import pairs_of, random_pairs


def _pairs(reference, generated, pairing="nearest", limit=100, labels=(None, None)):
    one, other = (
        open_images(array, labels=given) for array, given in zip((reference, generated), labels, strict=True)
    )
    return pairs_of(one, other, pairing=pairing, limit=limit, seed=0)


def test_the_nearest_real_image_is_found_however_the_sets_are_ordered(pictures):
    real = pictures(0, 6)
    made = np.clip(real[[3, 1, 1, 5]].astype(int) + 2, 0, 255).astype(np.uint8)
    found = _pairs(real, made)
    assert torch.equal(found.real.byte().permute(0, 2, 3, 1), torch.from_numpy(real[[3, 1, 1, 5]]))
    assert "nearest" in found.notes[0]


def test_by_position_each_keeps_its_place(pictures):
    real, made = pictures(0, 5), pictures(1, 5)
    found = _pairs(real, made, "position", limit=3)
    assert len(found.real) == 3
    places = [next(i for i in range(5) if np.array_equal(real[i], one)) for one in _as_arrays(found.real)]
    assert all(np.array_equal(made[i], one) for i, one in zip(places, _as_arrays(found.made), strict=True))
    assert found.notes == ()


def _as_arrays(stack):
    return list(stack.byte().permute(0, 2, 3, 1).numpy())


def test_by_position_counts_and_classes_must_agree(pictures):
    with pytest.raises(InvalidEvidenceError, match="no counterparts"):
        _pairs(pictures(0, 5), pictures(1, 4), "position")
    with pytest.raises(InvalidEvidenceError, match="different classes"):
        _pairs(pictures(0, 3), pictures(1, 3), "position", labels=([0, 1, 1], [0, 1, 0]))


def test_grey_images_meet_coloured_ones_and_sizes_must_agree(pictures):
    grey = pictures(0, 3)[..., :1]
    found = _pairs(grey, pictures(1, 3))
    assert found.real.shape == found.made.shape == (3, 3, 12, 10)
    assert _pairs(grey, grey).real.shape == (3, 1, 12, 10)
    with pytest.raises(InvalidEvidenceError, match="8 × 12"):
        _pairs(pictures(0, 3)[:, :, :8], pictures(1, 3))


def test_images_of_several_sizes_are_refused(tmp_path, pictures):
    from PIL import Image

    for number, side in enumerate((8, 9)):
        Image.new("RGB", (side, side)).save(tmp_path / f"{number}.png")
    with pytest.raises(InvalidEvidenceError, match="9 × 9"):
        pairs_of(open_images(tmp_path), open_images(pictures(0, 2)), pairing="nearest", limit=9, seed=0)


def test_unknown_pairing_and_too_few_images(pictures):
    with pytest.raises(InvalidSettingError, match="'best'"):
        _pairs(pictures(0, 3), pictures(1, 3), "best")
    with pytest.raises(TooFewSamplesError):
        _pairs(pictures(0, 3), pictures(1, 1))


@pytest.mark.parametrize(("count", "wanted"), [(2, 9), (5, 10), (5, 7), (6, 15), (7, 4)])
def test_random_pairs_are_different_and_even(count, wanted):
    order = torch.randperm(count, generator=torch.Generator().manual_seed(0))
    found = [tuple(sorted(pair)) for pair in random_pairs(count, wanted, order).tolist()]
    assert len(found) == len(set(found)) == min(wanted, count * (count - 1) // 2)
    assert all(one != other for one, other in found)
    uses = [sum(row in pair for pair in found) for row in range(count)]
    assert max(uses) - min(uses) <= 2
