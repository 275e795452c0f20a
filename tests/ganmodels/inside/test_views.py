"""Views as a page and a command show them."""

import json

import pytest
import torch

from ganmodels.errors import InsideError
from ganmodels.generator import NetworkGenerator
from ganmodels.inside import Judgement, invert, open_space
from ganmodels.inside.pictures import Row, sheet, tiles
from ganmodels.inside.views import inversion_view, score_view, usual_views
from ganmodels.protocol import Generator

USUAL = ["samples", "ways in z", "dimensions of z", "codes", "filters", "feature maps"]


@pytest.mark.parametrize(
    "name",
    ["autoencoder", "began", "cgan", "dcgan", "ebgan", "gan", "infogan", "lsgan", "sngan", "vae", "wgan"],
)
def test_every_model_shows_what_it_can(generators: dict[str, Generator], name: str) -> None:
    shown, lacking = [], {}
    for title, make in usual_views(generators[name], steps=3, dimensions=2):
        try:
            shown.append(make())
        except InsideError as error:
            lacking[title] = str(error)
    assert {"samples", "interpolation-z-spherical", "traversal-z", "filters"} <= {view.name for view in shown}
    assert ("codes" in lacking) is (name not in ("infogan", "cgan"))
    assert ("feature maps" in lacking) is (name == "gan")
    for view in shown:
        assert view.rows
        assert all(row.picture.dtype == torch.uint8 and row.picture.ndim == 3 for row in view.rows)
        assert json.loads(json.dumps(view.data, allow_nan=False)) == view.data


def test_a_style_generator_shows_both_spaces(make_styled) -> None:
    views = {
        make().name for title, make in usual_views(make_styled(), steps=3, dimensions=2) if title != "codes"
    }
    assert {"interpolation-w-linear", "traversal-w", "traversal-z", "feature-maps", "filters"} <= views


def test_the_same_seed_shows_the_same(linear: NetworkGenerator) -> None:
    one, other = (
        [make() for title, make in usual_views(linear, steps=3, seed=4) if title in USUAL[:3]] for _ in "ab"
    )
    for first, second in zip(one, other, strict=True):
        assert all(torch.equal(a.picture, b.picture) for a, b in zip(first.rows, second.rows, strict=True))


def test_a_search_and_scores_are_shown(linear: NetworkGenerator) -> None:
    space = open_space(linear)
    found = invert(space, linear.sample(1, 1)[0], steps=2, draws=4)
    assert "mean squared error" in inversion_view(space, [found]).rows[0].caption
    images = linear.sample(20, 0)
    view = score_view(Judgement("critic", torch.arange(20.0), torch.zeros(5), "the critic's answer"), images)
    assert view.data["most_real"][0] == 19
    assert [row.caption for row in view.rows][1:] == [
        "most real of the given images",
        "least real of the given images",
    ]


@pytest.mark.parametrize(
    ("side", "shown"), [(4, 64), (28, 56), (64, 64), (100, 100), (256, 256), (1024, 256)]
)
def test_tiles_are_neither_too_small_nor_too_large(side: int, shown: int) -> None:
    assert tiles(torch.zeros(2, 3, side, side, dtype=torch.uint8), 2).shape == (3, shown + 4, 2 * shown + 6)


def test_reduced_tiles_are_averages() -> None:
    image = torch.zeros(1, 1, 512, 512, dtype=torch.uint8)
    image[..., ::2] = 200
    assert set(tiles(image, 1)[0, 2:-2, 2:-2].unique().tolist()) == {100}


def test_a_sheet_holds_rows_and_captions() -> None:
    grey, colour = torch.zeros(1, 10, 20, dtype=torch.uint8), torch.zeros(3, 5, 300, dtype=torch.uint8)
    rows = [Row("a caption that is wide", grey), Row("b", colour)]
    picture = sheet(rows)
    assert picture.size == (312, 2 * 25 + 15)
    assert picture.convert("L").getextrema() == (0, 255)
