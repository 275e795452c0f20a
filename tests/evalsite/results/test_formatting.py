"""Numbers as people read them."""

from __future__ import annotations

import pytest

from evalsite.results.formatting import show, show_interval, show_share


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.39961, "share", "0.400"),
        (-1.2345, "z", "−1.23"),
        (-0.0012, "z", "0.00"),
        (104.6, "ms", "105"),
        (1208.26, "", "1,208"),
        (30.123456, "", "30.12"),
        (0.18, "", "0.18"),
        (0.00123456, "", "0.001235"),
        (1.5e-7, "", "1.50e−07"),
        (0.0, "", "0"),
        (25000.0, "", "25,000"),
        (None, "share", "–"),
        (float("nan"), "", "–"),
        (float("inf"), "", "∞"),
        (float("-inf"), "share", "−∞"),
    ],
)
def test_digits_that_mean_something(value, unit, text):
    assert show(value, unit) == text


def test_intervals_and_shares():
    assert show_interval(0.1, 0.25, "share") == "[0.100, 0.250]"
    assert show_interval(None, 0.25) == ""
    assert show_share(0.0251) == "2.5 %"
