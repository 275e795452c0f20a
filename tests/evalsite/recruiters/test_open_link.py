from __future__ import annotations

import pytest

from evalsite.recruiters.catalogue.open_link import OpenLink
from evalsite.recruiters.protocol import Arrival, Outcome


def test_nobody_is_recognised_whatever_the_query() -> None:
    assert OpenLink().recognise({"PROLIFIC_PID": "p1", "id": "x"}, {}) == Arrival("", {})


def test_only_who_finishes_gets_the_code() -> None:
    codes = {outcome: OpenLink().ending(outcome, "ABCD-1234", {}, {}).code for outcome in Outcome}
    assert codes.pop(Outcome.COMPLETED) == "ABCD-1234"
    assert set(codes.values()) == {""}


def test_nobody_is_sent_away_and_every_outcome_has_words_of_its_own() -> None:
    endings = [OpenLink().ending(outcome.value, "", {}, {}) for outcome in Outcome]
    assert {ending.redirect_url for ending in endings} == {None}
    assert len({ending.message for ending in endings}) == len(Outcome)


def test_an_unknown_outcome_is_refused() -> None:
    with pytest.raises(ValueError, match="bored"):
        OpenLink().ending("bored", "", {}, {})
