from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from evalsite.tasks.errors import InvalidParamsError
from evalsite.tasks.params import Params, param, specs


@dataclass(frozen=True)
class Flash(Params):
    exposure_ms: int = param(100, "Exposure", "How long.", unit="ms", low=10, high=5000)
    share: float = param(0.5, "Share", "How many.", low=0.0, high=1.0)
    words: str = param("Real?", "Words", "What is asked.", high=10)
    kind: str = param("fixed", "Kind", "Which.", choices={"fixed": "fixed", "free": "free"})
    told: bool = param(False, "Told", "Whether.")
    limit: int | None = param(None, "Limit", "If any.", low=1, high=9)


def test_missing_params_take_their_defaults_and_survive_json() -> None:
    params = Flash.from_json({"exposure_ms": 50})
    assert params == Flash(exposure_ms=50)
    assert Flash.from_json(params.to_json()) == params
    assert params.to_json()["limit"] is None


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"exposure_s": 1}, "no param named 'exposure_s'; expected one of exposure_ms, .*words"),
        ({"exposure_ms": 5}, "exposure_ms was 5; expected 10 to 5000 ms"),
        ({"exposure_ms": 5001}, "expected 10 to 5000 ms"),
        ({"exposure_ms": 20.0}, "exposure_ms was 20.0; expected a whole number"),
        ({"exposure_ms": True}, "exposure_ms was True; expected a whole number"),
        ({"exposure_ms": None}, "exposure_ms was None; expected a whole number"),
        ({"share": float("nan")}, "share was nan; expected 0 to 1$"),
        ({"share": "half"}, "share was 'half'; expected a number"),
        ({"words": "  "}, "words had 2 characters; expected 1 to 10"),
        ({"words": "x" * 11}, "words had 11 characters"),
        ({"kind": "loose"}, "kind was 'loose'; choose one of fixed, free"),
        ({"kind": ["fixed"]}, "expected a choice"),
        ({"told": 1}, "told was 1; expected true or false"),
        ({"limit": 0}, "limit was 0; expected 1 to 9"),
    ],
)
def test_what_a_form_would_refuse_is_refused_by_name(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidParamsError, match=message):
        Flash.from_json(values)


def test_values_without_names_are_refused() -> None:
    with pytest.raises(InvalidParamsError, match="expected names with values"):
        Flash.from_json(["exposure_ms"])


def test_specs_carry_what_a_form_needs() -> None:
    exposure, *_, limit = specs(Flash)
    assert (exposure.kind, exposure.unit, exposure.low, exposure.high) == ("int", "ms", 10, 5000)
    assert (limit.kind, limit.optional, limit.default) == ("int", True, None)
    assert specs(Flash)[3].choices == (("fixed", "fixed"), ("free", "free"))
