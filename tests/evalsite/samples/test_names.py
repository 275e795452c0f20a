from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalsite.samples.errors import InvalidNameError
from evalsite.samples.names import check_name, visible


@pytest.mark.parametrize("name", ["gan on Fashion-MNIST", "Жираф", "猫", "=1+1", "a" * 120])
def test_names_that_can_be_read_are_taken_as_they_are(name: str) -> None:
    assert check_name(f"  {name} ") == name


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "is empty"),
        ("  \t", "is empty"),
        ("a" * 121, "has 121 characters; give one of at most 120"),
        ("two\nlines", r"two\\nlines.*can't be seen"),
        ("nul\0", "can't be seen"),
        ("\x1b[31mred", "can't be seen"),
        ("sur\udcff", "can't be seen"),
        ("gpj.\u202egnp", "can't be seen"),
    ],
)
def test_names_that_cant_be_read_are_refused(name: str, sentence: str) -> None:
    with pytest.raises(InvalidNameError, match=sentence):
        check_name(name)


@given(st.text(st.characters(exclude_categories=())))
def test_whatever_the_text_its_visible_form_can_be_stored_and_printed(text: str) -> None:
    shown = visible(text)
    assert shown.encode().decode() == shown
    assert "\n" not in shown
    assert "\x1b" not in shown
    assert visible(shown) == shown
