from datetime import timedelta
from uuid import uuid4

import pytest

from evalsite.studies.services import open_study
from evalsite.trials.models import Participant, Session
from evalsite.trials.reading import SESSIONS_AT_ONCE, pool_blocks
from tests.support import wire
from tests.support.answers import answered


@pytest.fixture
def study(make_study):
    return make_study({"trials": 4, "practice": 1, "catch": 1}, {"task": "pairwise", "trials": 3})


def complete(rater, slug="faces"):
    done = rater(slug).begin()
    while (delivered := done.get("block"))["block"] is not None:
        answer = "real" if delivered["task"] == "rapid_scene" else "left"
        done.send(*(wire.submission(trial, answer) for trial in delivered["trials"]))
    done.post("complete", {})
    return done


def test_only_valid_scored_trials_of_the_block_are_read(study, rater):
    done = complete(rater)
    first, second = list(answered(study, 0)), list(answered(study, 1))
    assert (len(first), len(second)) == (4, 3)
    assert {t.trial.kind for t in first} == {"scored"}
    assert {t.participant for t in first + second} == {str(done.session.participant_id)}
    assert first[0].shown_ms == pytest.approx(100)
    assert first[0].rt_ms == 640.5
    done.session.responses.update(valid=False)
    assert list(answered(study, 0)) == []


def test_who_has_not_finished_does_not_count_yet(study, rater):
    begun = rater("faces").begin()
    begun.send(*(wire.submission(trial) for trial in begun.get("block")["trials"]))
    assert list(answered(study, 0)) == []


def test_simulated_raters_count_only_where_asked_for(study, rater):
    complete(rater)
    Session.objects.update(kind="simulated")
    assert list(answered(study, 0)) == []
    assert len(list(answered(study, 0, simulated=True))) == 4


def test_versions_that_ask_the_same_are_read_together(study, rater, now):
    complete(rater)
    study.title = "A better title"
    study.save()
    open_study(study=study, now=now)
    complete(rater)
    assert len(list(answered(study, 0))) == 8


def test_a_changed_exposure_does(study, rater, now):
    complete(rater)
    block = study.blocks.get(position=0)
    block.params = {**block.params, "exposure_ms": 200}
    block.save()
    open_study(study=study, now=now)
    assert len(list(answered(study, 0))) == 4  # nobody has answered the new version yet
    complete(rater)
    assert [t.presentation["exposure_ms"] for t in answered(study, 0)] == [200] * 4
    assert len(list(answered(study, 1))) == 6  # the other block asks what it asked


def test_a_block_that_moved_is_still_the_same_block(study, rater, now):
    complete(rater)
    study.blocks.get(position=0).delete()
    open_study(study=study, now=now)
    complete(rater)
    assert len(list(answered(study, 0))) == 3 + 3


def test_blocks_that_ask_the_same_are_one_pool(make_study, rater):
    unlimited = {"exposure": "unlimited"}
    study = make_study({"trials": 2, "params": unlimited}, {"trials": 4}, {"trials": 2, "params": unlimited})
    assert [pool.blocks for pool in pool_blocks(study.versions.get().protocol)] == [(0, 2), (1,)]
    complete(rater)
    assert [trial.block for trial in answered(study, 0)] == [0, 0, 2, 2]
    assert len(list(answered(study, 1))) == 4


def test_more_sessions_than_are_read_at_once_come_in_their_order(make_study, rater, now):
    study = make_study({"trials": 1})
    complete(rater)
    first = Session.objects.get()
    template, response = first.trials.get(), first.responses.get()
    expected = [str(first.participant_id)]
    for _ in range(SESSIONS_AT_ONCE):
        who = Participant.objects.create(study=study, recruiter="open_link", created_at=now)
        expected.append(str(who.pk))
        first.pk, first.participant = uuid4(), who
        first.created_at += timedelta(seconds=1)
        first.save(force_insert=True)
        template.pk, template.session = None, first
        template.save(force_insert=True)
        response.pk, response.session, response.trial = uuid4(), first, template
        response.save(force_insert=True)
    assert [trial.participant for trial in answered(study, 0)] == expected


def test_a_study_without_answers_gives_nothing(study):
    assert list(answered(study, 0)) == []
