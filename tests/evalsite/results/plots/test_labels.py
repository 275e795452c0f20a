"""Names beside points."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from evalsite.results.plots.labels import Point, place


def point(name, x, y):
    return Point(name, x, y, y - 0.02, y + 0.02)


def test_a_lonely_point_is_named_to_its_right():
    assert place([point("gan", 0.5, 0.5)]) == [(1, 0)]


def test_neighbours_do_not_cover_each_other():
    points = [
        point("StyleGAN-XL", 0.30, 0.5),
        point("iDDPM-DDIM", 0.31, 0.5),
        point("StyleGAN2-ada", 0.38, 0.48),
    ]
    boxes = [p.label(side) for p, side in zip(points, place(points), strict=True)]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert not any(box.overlaps(p.obstacle) for box in boxes for p in points)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=15))
def test_every_point_gets_a_side(places):
    assert len(place([point("x", x, y) for x, y in places])) == len(places)
