from __future__ import annotations

import numpy as np
import pytest

from metrics import open_images
from metrics.errors import ImageReadError


def _saved(tmp_path, pictures, classes):
    path = tmp_path / "images.npz"
    np.savez(path, arr_0=pictures(0, 4), arr_1=np.array(classes))
    return path


def test_classes_may_be_names(tmp_path, pictures):
    labels = open_images(_saved(tmp_path, pictures, ["shoe", "bag", "shoe", "coat"])).labels
    assert labels.names == ("bag", "coat", "shoe")
    assert labels.values.tolist() == [2, 0, 2, 1]


def test_classes_may_be_numbers(tmp_path, pictures):
    labels = open_images(_saved(tmp_path, pictures, [2, 0, 2, 1])).labels
    assert labels.names == ("0", "1", "2")
    assert labels.values.tolist() == [2, 0, 2, 1]


@pytest.mark.parametrize("classes", [[0.5, 1, 2, 3], [-1, 0, 1, 2], [0, 1], ["a", "b"]])
def test_other_classes_are_refused(tmp_path, pictures, classes):
    with pytest.raises(ImageReadError, match="a name or a whole number"):
        open_images(_saved(tmp_path, pictures, classes))
