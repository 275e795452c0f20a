from __future__ import annotations

from types import ModuleType

import pytest

from evalsite.recruiters import registry
from evalsite.recruiters.errors import MalformedRecruiterError, UnknownRecruiterError
from evalsite.recruiters.protocol import Outcome, Recruiter


def module(stem: str, **members: object) -> ModuleType:
    made = ModuleType(f"evalsite.recruiters.catalogue.{stem}")
    for name, member in members.items():
        if isinstance(member, type):
            member.__module__ = made.__name__
        setattr(made, name, member)
    return made


def recruiter(**attributes: object) -> type[Recruiter]:
    verbs = {"recognise": lambda *_: None, "ending": lambda *_: None}
    words = {"name": "panel", "title": "Panel", "summary": "A panel."}
    return type("Panel", (Recruiter,), {**verbs, **words, **attributes})


def test_every_file_is_found_under_its_stem() -> None:
    assert registry.names() == sorted(registry.recruiters())
    assert "open_link" in registry.names()
    assert all(found.name == name for name, found in registry.recruiters().items())


@pytest.mark.parametrize(
    ("name", "hint"), [("openlink", "did you mean 'open_link'"), ("zzz", "there are open_link")]
)
def test_an_unknown_name_is_answered_with_a_hint(name: str, hint: str) -> None:
    with pytest.raises(UnknownRecruiterError) as caught:
        registry.get(name)
    assert f"no recruiter named '{name}'" in str(caught.value)
    assert hint in str(caught.value)


def test_a_file_of_one_recruiter_is_loaded() -> None:
    assert registry.load(module("panel", Panel=recruiter())).title == "Panel"


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({}, "defines 0 recruiters"),
        ({"A": recruiter(), "B": recruiter()}, "defines 2 recruiters"),
        ({"A": recruiter(name="other")}, "names its recruiter 'other'"),
        ({"A": type("Bare", (Recruiter,), {"name": "panel"})}, "lacks ending, recognise, summary, title"),
    ],
)
def test_a_malformed_file_is_named(members: dict[str, object], sentence: str) -> None:
    with pytest.raises(MalformedRecruiterError, match=rf"catalogue/panel\.py.*{sentence}"):
        registry.load(module("panel", **members))


@pytest.mark.parametrize("name", registry.names())
@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_recruiter_has_an_ending_for_every_outcome(name: str, outcome: Outcome) -> None:
    found = registry.get(name)
    details = found.recognise({}, {}).details
    ending = found.ending(outcome.value, "ABCD-1234", details, {})
    assert ending.message or ending.redirect_url
