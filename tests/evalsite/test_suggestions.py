from __future__ import annotations

import pytest

from evalsite.suggestions import did_you_mean


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("fdi", ["kid", "fid"], "did you mean 'fid'?"),
        ("cifar10", ["MNIST", "CIFAR10"], "did you mean 'CIFAR10'?"),
        ("quux", ["kid", "fid"], "there are kid, fid."),
        ("quux", [], "there is none yet."),
    ],
)
def test_the_likeliest_name_is_suggested_or_all_are_named(name: str, known: list[str], said: str) -> None:
    assert did_you_mean(name, known) == said


def test_of_many_names_twenty_are_named() -> None:
    said = did_you_mean("x", [f"set {number}" for number in range(25)])
    assert said.startswith("there are set 0, set 1, ")
    assert said.endswith("set 19 and 5 more.")
