"""What a sentence about an unknown name goes on with."""

from __future__ import annotations

import pytest

from evalsite.suggestions import suggest


@pytest.mark.parametrize(
    ("name", "known", "words"),
    [
        ("fdi", ["kid", "fid"], "did you mean 'fid'?"),
        ("zzz", ["kid", "fid"], "known: fid, kid."),
        ("zzz", [], "known: none."),
        (
            "zzz",
            [f"n{number:02}" for number in range(30)],
            f"known: {', '.join(f'n{i:02}' for i in range(20))}.",
        ),
    ],
    ids=["a near name", "no near name", "no names", "the first 20 names"],
)
def test_the_nearest_name_is_suggested_or_the_known_ones_are_listed(name, known, words):
    assert suggest(name, known) == words
