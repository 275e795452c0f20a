from __future__ import annotations

import csv
import errno
import os

import numpy as np
import pytest
import torch
from PIL import Image

import metrics
from metrics.errors import ResultsWriteError
from metrics.results.pair_pictures import GAP_PX, TABLE


@pytest.fixture
def folders(tmp_path, pictures):
    """Two folders of images, one of which repeats itself."""
    made, real = pictures(0, 6), pictures(1, 6)
    made[4] = made[1]
    for name, pixels in (("made", made), ("real", real)):
        (tmp_path / name).mkdir()
        for index, image in enumerate(pixels):
            Image.fromarray(image).save(tmp_path / name / f"{index}.png")
    return tmp_path / "made", tmp_path / "real"


def _rows(folder):
    with (folder / TABLE).open() as file:
        return list(csv.DictReader(file))


def test_pairs_are_shown_side_by_side_and_named(folders, tmp_path):
    made, real = folders
    found = metrics.evaluate(
        generated=made,
        reference=real,
        metrics=["birthday_paradox", "nearest_neighbours"],
        extractor="pixels",
        settings={"birthday_paradox": {"pairs": 3}, "nearest_neighbours": {"pairs": 2}},
    )
    out = tmp_path / "new" / "pairs"
    assert metrics.export_pairs(found, out) == 3 + 2 + 2
    rows = _rows(out)
    assert [row["rank"] for row in rows] == ["1", "2", "3", "1", "2", "1", "2"]
    first = rows[0]
    assert {first["first_file"], first["second_file"]} == {str(made / "1.png"), str(made / "4.png")}
    assert float(first["distance"]) == 0
    assert rows[3]["first_file"].startswith(str(made))
    assert rows[3]["second_file"].startswith(str(real))
    for row in rows:
        shown = np.asarray(Image.open(out / row["picture"]))
        one, other = (np.asarray(Image.open(row[f"{side}_file"])) for side in ("first", "second"))
        assert np.array_equal(shown[:, : one.shape[1]], one)
        assert np.array_equal(shown[:, one.shape[1] + GAP_PX :], other)


def test_a_disk_that_fills_up_leaves_no_pictures_without_their_table(folders, tmp_path, monkeypatch):
    made, real = folders
    found = metrics.evaluate(generated=made, reference=real, metrics=["birthday_paradox"], extractor="pixels")
    save, out = Image.Image.save, tmp_path / "pairs"

    def fill(image, path, *rest):
        if path.name == "003.png":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        save(image, path, *rest)

    monkeypatch.setattr(Image.Image, "save", fill)
    with pytest.raises(ResultsWriteError, match=r"No space left on device.*; make room"):
        metrics.export_pairs(found, out)
    assert list(out.iterdir()) == []


def test_of_features_alone_the_table_has_the_numbers(make_features, tmp_path):
    rows = torch.arange(5, dtype=torch.float64)[:, None] ** 2
    found = metrics.evaluate(
        generated=make_features(rows), reference=make_features(rows + 1), metrics=["birthday_paradox"]
    )
    metrics.export_pairs(found, tmp_path)
    first = _rows(tmp_path)[0]
    assert (first["first_index"], first["second_index"], first["picture"]) == ("0", "1", "")
    assert found[0].as_dict()["pairs"]["indices"][0] == (0, 1)


def test_a_folder_that_cannot_be_made_is_refused(make_features, tmp_path):
    (tmp_path / "file").write_text("")
    found = metrics.Evaluation(())
    with pytest.raises(ResultsWriteError, match="name a folder of yours"):
        metrics.export_pairs(found, tmp_path / "file")
