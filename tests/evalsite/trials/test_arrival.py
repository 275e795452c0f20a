from collections import Counter
from datetime import timedelta

import pytest

from evalsite.studies.code_version import code_version
from evalsite.studies.services import close_study
from evalsite.trials.errors import StudyClosedError
from evalsite.trials.services import arrive, begin_trials, record_consent, record_device
from evalsite.trials.wire.parsing import read_device
from tests.support import wire

MINUTE = timedelta(minutes=1)


@pytest.fixture
def study(make_study):
    return make_study(assignment="between")


def test_conditions_fill_evenly_whatever_the_seeds(study, now):
    taken = Counter(arrive(study=study, query={}, now=now, seed=seed).condition for seed in range(20))
    assert taken == {"alphagan": 10, "betagan": 10}


@pytest.mark.parametrize("assignment", ["within", "between"])
def test_each_arrangement_of_keys_goes_to_half_of_each_conditions_raters(make_study, now, assignment):
    study = make_study(assignment=assignment)
    seated = [arrive(study=study, query={}, now=now, seed=seed) for seed in range(16)]
    taken = Counter((session.condition, session.mirrored) for session in seated)
    assert len(set(taken.values())) == 1
    assert len(taken) == (2 if assignment == "within" else 4)


def test_the_plan_follows_the_sessions_arrangement(study, now):
    for seed in range(2):
        session = arrive(study=study, query={}, now=now, seed=seed)
        record_consent(session=session, agreed=True, now=now)
        record_device(session=session, device=read_device(wire.device()), now=now)
        begin_trials(session=session, now=now)
        keys = {trial.plan["settings"]["keys"]["real"] for trial in session.trials.all()}
        assert keys == {"j" if session.mirrored else "f"}


def test_who_left_gives_the_place_back_after_an_hour(study, now):
    left = arrive(study=study, query={}, now=now, seed=1)
    hour_later = now + timedelta(hours=1)
    assert arrive(study=study, query={}, now=hour_later, seed=1).condition != left.condition
    later = hour_later + MINUTE
    assert arrive(study=study, query={}, now=later, seed=3).condition == left.condition


def test_who_completed_keeps_the_place_for_ever(study, now):
    done = arrive(study=study, query={}, now=now, seed=1)
    study.sessions.filter(pk=done.pk).update(state="completed")
    for day in range(1, 4):
        late = now + timedelta(days=day)
        study.sessions.exclude(pk=done.pk).delete()
        assert arrive(study=study, query={}, now=late, seed=day).condition != done.condition


def test_who_declined_gives_the_place_back_at_once(study, now):
    declined = arrive(study=study, query={}, now=now, seed=1)
    record_consent(session=declined, agreed=False, now=now)
    other = arrive(study=study, query={}, now=now, seed=1)
    assert other.condition == declined.condition


def test_simulated_raters_are_balanced_apart(study, now):
    simulated = [arrive(study=study, query={}, now=now, kind="simulated", seed=s) for s in range(6)]
    assert Counter(s.condition for s in simulated) == {"alphagan": 3, "betagan": 3}
    live = [arrive(study=study, query={}, now=now, seed=s) for s in range(2)]
    assert Counter(s.condition for s in live) == {"alphagan": 1, "betagan": 1}


def test_within_raters_no_condition_is_chosen(make_study, now):
    assert arrive(study=make_study(), query={}, now=now).condition == ""


def test_a_browser_comes_back_to_its_session(study, now):
    first = arrive(study=study, query={}, now=now)
    assert arrive(study=study, query={}, now=now, returning=[first.pk]) == first
    assert study.sessions.count() == 1


def test_another_person_at_the_browser_begins_anew_only_where_the_first_has_ended(study, now):
    first = arrive(study=study, query={}, now=now)
    assert arrive(study=study, query={}, now=now, returning=[first.pk], again=True) == first
    study.sessions.filter(pk=first.pk).update(state="completed")
    assert arrive(study=study, query={}, now=now, returning=[first.pk]) == first
    assert arrive(study=study, query={}, now=now, returning=[first.pk], again=True) != first


def test_a_session_of_another_study_is_no_return(make_study, study, now):
    other = arrive(study=make_study(slug="cats"), query={}, now=now)
    assert arrive(study=study, query={}, now=now, returning=[other.pk]).study == study


def test_a_closed_study_lets_those_in_who_have_begun(study, now):
    begun = arrive(study=study, query={}, now=now)
    close_study(study=study)
    assert arrive(study=study, query={}, now=now, returning=[begun.pk]) == begun
    with pytest.raises(StudyClosedError):
        arrive(study=study, query={}, now=now)
    assert study.sessions.count() == 1


def test_a_draft_is_not_open(make_study, now):
    with pytest.raises(StudyClosedError):
        arrive(study=make_study(opened=False), query={}, now=now)


def test_who_comes_after_a_change_of_the_code_is_on_a_version_that_names_it(study, now):
    before = arrive(study=study, query={}, now=now)
    study.versions.update(code_version="0.0.1", digest="0" * 64)
    after = arrive(study=study, query={}, now=now)
    assert (before.version.number, after.version.number) == (1, 2)
    assert after.version.code_version == code_version()
    assert arrive(study=study, query={}, now=now, returning=[before.pk]).version.number == 1


def test_a_session_names_the_version_that_was_open_when_it_began(study, now):
    assert arrive(study=study, query={}, now=now).version == study.versions.get()
