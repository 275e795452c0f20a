"""Charts and their two drawings."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace

import plotly.graph_objects as go
import pytest
from PIL import Image

from evalsite.results.agreement import agree
from evalsite.results.joining import join
from evalsite.results.plots import charts, images, interactive
from evalsite.results.timing import Shown, summarise


@pytest.fixture(params=["ranking", "intervals", "scatter", "exposures", "empty"])
def chart(request, table):
    human = table.human[0]
    shown = [Shown(b, "Linux", True, 100.0 + i % 2, 6, 16.7) for b in ("Chrome", "Firefox") for i in range(9)]
    return {
        "ranking": lambda: charts.ranking_chart(table, human),
        "intervals": lambda: charts.intervals_chart(table, human),
        "scatter": lambda: charts.scatter_chart(
            table, "fid", human.key, agree(table.pairs("fid", human.key))
        ),
        "exposures": lambda: charts.exposures_chart(summarise(shown)),
        "empty": lambda: charts.exposures_chart([]),
    }[request.param]()


def test_plotly_takes_the_figure(chart):
    figure = interactive.figure(chart)
    json.dumps(figure, allow_nan=False)
    go.Figure(figure)


def test_png_is_a_picture_of_print_size(chart):
    picture = Image.open(io.BytesIO(images.draw(chart, "png")))
    assert picture.format == "PNG"
    assert picture.width >= 1200


def test_svg_is_the_same_every_time_and_says_the_names(chart):
    svg = images.draw(chart, "svg")
    assert svg == images.draw(chart, "svg")
    assert b"<svg" in svg


def test_ranking_goes_from_best_to_worst(table):
    assert charts.ranking_chart(table, table.human[0]).categories == ("vae", "wgan_gp", "$x$", "<b>gan</b>")


def test_intervals_put_quantities_of_one_unit_together(table):
    chart = charts.intervals_chart(table, table.human[0])
    assert [series.name for series in chart.series] == ["deception rate", "deception rate real"]
    assert chart.heights(0) != chart.heights(1)


def test_names_are_shown_as_they_are(table):
    chart = charts.ranking_chart(table, table.human[0])
    labels = interactive.figure(chart)["layout"]["yaxis"]["ticktext"]
    assert "&lt;b&gt;gan&lt;/b&gt;" in labels
    svg = images.draw(chart, "svg").decode()
    assert "$x$" in svg
    assert re.search(r"&lt;b&gt;gan", svg)


def test_agreement_is_said_in_a_line_with_n(table):
    words = charts.describe_agreement(agree(table.pairs("fid", "deception_rate")))
    assert words.startswith("Spearman ρ −1.000, Kendall τ-b −1.000, Pearson r −0.9")
    assert "n = 4 (only 4 conditions" in words
    nothing = charts.describe_agreement(agree([]))
    assert nothing == "n = 0: 0 conditions have both values; a correlation needs at least 3"


def test_a_table_without_numbers_still_draws(estimate):
    from evalsite.results.joining import PoolEstimates

    table = join(["a"], [PoolEstimates((1,), "t", "T", (estimate("a", None),))], {})
    chart = charts.ranking_chart(table, table.human[0])
    assert chart.categories == ()
    assert images.draw(chart, "png")
    go.Figure(interactive.figure(chart))


def test_words_come_from_the_quantity_and_the_question(table):
    liked = replace(
        table.human[0],
        label="strength",
        unit="",
        chance=0.0,
        chance_name="average of all compared",
        meaning="liked better",
    )
    shown = replace(table, human=(liked, *table.human[1:]))
    chart = charts.ranking_chart(shown, liked)
    assert chart.axis == "strength\nhigher is liked better"
    assert "average of all compared" in images.draw(chart, "svg").decode()
    assert "average of all compared" in json.dumps(interactive.figure(chart))
    scatter = charts.scatter_chart(shown, "fid", liked.key, agree(shown.pairs("fid", liked.key)))
    assert scatter.x_axis.endswith("\nlower is better")
    assert scatter.y_axis == chart.axis
