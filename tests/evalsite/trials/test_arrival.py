from collections import Counter
from datetime import timedelta
from itertools import permutations, product
from uuid import uuid4

import pytest

from evalsite.recruiters import registry
from evalsite.recruiters.catalogue.open_link import OpenLink
from evalsite.recruiters.protocol import Arrival
from evalsite.studies.code_version import code_version
from evalsite.studies.models import Condition
from evalsite.studies.services import close_study, open_study
from evalsite.trials.errors import StudyClosedError
from evalsite.trials.models import Participant, Session
from evalsite.trials.naming import text_digest
from evalsite.trials.services import (
    Welcome,
    begin_session,
    begin_trials,
    recognise_rater,
    record_device,
    start_preview,
)
from evalsite.trials.wire.messages import Visit
from evalsite.trials.wire.parsing import read_device
from tests.support import wire
from tests.support.chance import expect_uniform

SECOND = timedelta(seconds=1)
HELD = timedelta(hours=1)
SEEDS = range(30)
"""Enough that chance gives both of two conditions in all but 2 of 10^9 runs."""

NAMES = ("alphagan", "betagan", "gammagan")
UNFINISHED = {"arrived", "consented", "ready", "running"}


@pytest.fixture
def study(make_study):
    return make_study(assignment="between")


@pytest.fixture
def study_of_three(make_study, make_set, now):
    study = make_study(assignment="between", opened=False)
    Condition.objects.create(
        study=study, name=NAMES[2], sample_set=make_set(NAMES[2], "generated", 9000), position=2
    )
    open_study(study=study, now=now)
    study.refresh_from_db()
    return study


def seat(study, now, seeds, **more):
    """A rater arrives for each seed."""
    return [begin_session(study=study, query={}, now=now, seed=seed, **more) for seed in seeds]


def next_conditions(study, now):
    """The conditions that the next rater may get: one arrives for each of many seeds, and is taken away."""
    found = set()
    for seed in SEEDS:
        session = begin_session(study=study, query={}, now=now, seed=seed)
        found.add(session.condition)
        session.delete()
    return found


def in_fresh_rounds(study, now, *, rounds, raters):
    """So many times a study without raters and its first raters, each time with other seeds."""
    for number in range(rounds):
        study.sessions.all().delete()
        yield seat(study, now, range(number * raters, (number + 1) * raters))


def test_conditions_are_dealt_in_rounds_and_each_order_of_a_round_is_as_likely(study_of_three, now):
    first, second = [], []
    for seated in in_fresh_rounds(study_of_three, now, rounds=90, raters=6):
        conditions = tuple(session.condition for session in seated)
        first.append(conditions[:3])
        second.append(conditions[3:])
    orders = list(permutations(NAMES))
    expect_uniform(first, orders)
    expect_uniform(second, orders)


def test_the_next_rater_may_get_any_of_the_least_filled_conditions_and_no_other(study_of_three, now):
    for seated in in_fresh_rounds(study_of_three, now, rounds=4, raters=4):
        twice = Counter(session.condition for session in seated).most_common(1)[0][0]
        assert next_conditions(study_of_three, now) == {*NAMES} - {twice}


@pytest.mark.parametrize("assignment", ["within", "between"])
def test_arrangements_of_keys_differ_by_one_at_most_within_each_condition_at_every_step(
    make_study, now, assignment
):
    study = make_study(assignment=assignment)
    for seated in in_fresh_rounds(study, now, rounds=25, raters=8):
        for step in range(1, len(seated) + 1):
            taken = Counter((session.condition, session.mirrored) for session in seated[:step])
            for condition in {name for name, _ in taken}:
                assert abs(taken[condition, True] - taken[condition, False]) <= 1


def test_a_first_rater_gets_any_condition_with_any_arrangement_alike(study, now):
    drawn = []
    for session, *_ in in_fresh_rounds(study, now, rounds=120, raters=1):
        drawn.append((session.condition, session.mirrored))
    expect_uniform(drawn, list(product(NAMES[:2], [False, True])))


def test_the_plan_follows_the_sessions_arrangement(study, now):
    for seed in range(2):
        session = begin_session(study=study, query={}, now=now, seed=seed)
        record_device(session=session, device=read_device(wire.device()), now=now)
        begin_trials(session=session, now=now)
        keys = {trial.plan["settings"]["keys"]["real"] for trial in session.trials.all()}
        assert keys == {"j" if session.mirrored else "f"}


@pytest.mark.parametrize("state", Session.State)
def test_an_unfinished_session_holds_its_place_for_an_hour_a_completed_one_for_ever(study, now, state):
    (session,) = seat(study, now, [1])
    study.sessions.update(state=state)
    other = {*NAMES[:2]} - {session.condition}
    within, over = next_conditions(study, now + HELD), next_conditions(study, now + HELD + SECOND)
    later = next_conditions(study, now + 1000 * HELD)
    assert within == (other if state in {*UNFINISHED, "completed"} else {*NAMES[:2]})
    assert over == later == (other if state == "completed" else {*NAMES[:2]})


def test_the_hour_runs_from_when_the_rater_was_last_seen(study, now):
    (session,) = seat(study, now, [1])
    seen = now + HELD - SECOND
    record_device(session=session, device=read_device(wire.device()), now=seen)
    other = {*NAMES[:2]} - {session.condition}
    assert next_conditions(study, seen + HELD) == other
    assert next_conditions(study, seen + HELD + SECOND) == {*NAMES[:2]}


@pytest.mark.parametrize("state", ["running", "completed"])
@pytest.mark.parametrize("kind", [kind for kind in Session.Kind if kind != Session.Kind.LIVE])
def test_only_live_sessions_take_live_raters_places(study, now, kind, state):
    seat(study, now, [1])
    study.sessions.update(kind=kind, state=state)
    assert next_conditions(study, now) == {*NAMES[:2]}


def test_a_preview_takes_no_place(study, now):
    start_preview(study=study, now=now, seed=1)
    assert next_conditions(study, now) == {*NAMES[:2]}


def test_simulated_raters_are_balanced_among_themselves(study, now):
    simulated = seat(study, now, range(6), kind="simulated")
    assert Counter(session.condition for session in simulated) == {"alphagan": 3, "betagan": 3}


def test_within_raters_no_condition_is_chosen(make_study, now):
    assert begin_session(study=make_study(), query={}, now=now).condition == ""


def test_a_browser_comes_back_to_its_session(study, now):
    first = begin_session(study=study, query={}, now=now)
    assert begin_session(study=study, query={}, now=now, returning=[first.pk]) == first
    assert study.sessions.count() == 1


def test_another_person_at_the_browser_begins_anew_only_where_the_first_has_ended(study, now):
    first = begin_session(study=study, query={}, now=now)
    assert begin_session(study=study, query={}, now=now, returning=[first.pk], again=True) == first
    study.sessions.filter(pk=first.pk).update(state="completed")
    assert begin_session(study=study, query={}, now=now, returning=[first.pk]) == first
    assert begin_session(study=study, query={}, now=now, returning=[first.pk], again=True) != first


def test_a_session_of_another_study_is_no_return(make_study, study, now):
    other = begin_session(study=make_study(slug="cats"), query={}, now=now)
    assert begin_session(study=study, query={}, now=now, returning=[other.pk]).study == study


def test_a_closed_study_lets_those_in_who_have_begun(study, now):
    begun = begin_session(study=study, query={}, now=now)
    close_study(study=study)
    assert begin_session(study=study, query={}, now=now, returning=[begun.pk]) == begun
    with pytest.raises(StudyClosedError):
        begin_session(study=study, query={}, now=now)
    assert study.sessions.count() == 1


def test_a_draft_is_not_open(make_study, now):
    with pytest.raises(StudyClosedError):
        begin_session(study=make_study(opened=False), query={}, now=now)


def test_who_comes_after_a_change_of_the_code_is_on_a_version_that_names_it(study, now):
    before = begin_session(study=study, query={}, now=now)
    study.versions.update(code_version="0.0.1", digest="0" * 64)
    after = begin_session(study=study, query={}, now=now)
    assert (before.version.number, after.version.number) == (1, 2)
    assert after.version.code_version == code_version()
    assert begin_session(study=study, query={}, now=now, returning=[before.pk]).version.number == 1


def test_a_session_names_the_version_that_was_open_when_it_began(study, now):
    assert begin_session(study=study, query={}, now=now).version == study.versions.get()


def test_the_link_alone_stores_nothing_and_takes_no_place(study, now):
    found = recognise_rater(study=study, query={})
    assert found == Welcome(study.versions.get(), Arrival())
    assert (Session.objects.count(), Participant.objects.count()) == (0, 0)


def test_a_consent_page_answered_twice_makes_one_session_with_one_place(study, now):
    visit = Visit(uuid4(), text_digest(study.consent_text))
    first, second = (begin_session(study=study, query={}, now=now, visit=visit) for _ in range(2))
    assert first == second
    assert (first.pk, first.state) == (visit.name, "consented")
    assert Participant.objects.count() == 1


class Panel(OpenLink):
    """Knows its raters by the link's parameter."""

    name = "panel"

    def recognise(self, query, settings):
        return Arrival(query.get("PID", ""), {})


@pytest.fixture
def panel_study(study, monkeypatch):
    monkeypatch.setattr(registry._RECRUITERS, "get", lambda name: Panel())
    return study


def test_two_platform_ids_at_one_computer_have_a_session_each(panel_study, now):
    first = begin_session(study=panel_study, query={"PID": "a"}, now=now)
    second = begin_session(study=panel_study, query={"PID": "b"}, now=now, returning=[first.pk])
    assert first != second
    assert isinstance(recognise_rater(study=panel_study, query={"PID": "c"}, returning=[first.pk]), Welcome)


def test_a_platform_id_resumes_its_session_in_any_browser(panel_study, now):
    first = begin_session(study=panel_study, query={"PID": "a"}, now=now)
    other = begin_session(study=panel_study, query={"PID": "b"}, now=now)
    assert recognise_rater(study=panel_study, query={"PID": "a"}) == first
    assert recognise_rater(study=panel_study, query={"PID": "a"}, returning=[other.pk]) == first
    assert begin_session(study=panel_study, query={"PID": "a"}, now=now, visit=Visit(uuid4(), "")) == first


def test_a_link_without_a_platform_id_goes_by_the_cookie(panel_study, now):
    first = begin_session(study=panel_study, query={"PID": "a"}, now=now)
    assert recognise_rater(study=panel_study, query={}, returning=[first.pk]) == first
