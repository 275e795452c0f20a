from datetime import timedelta
from uuid import uuid4

import pytest

from evalsite.studies.services import open_study
from evalsite.trials import reading
from evalsite.trials.models import Participant, Session
from evalsite.trials.reading import pool_blocks
from evalsite.trials.services.counting import count_session
from tests.evalsite.trials.conftest import NOW
from tests.support import wire
from tests.support.answers import counted


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


@pytest.fixture(params=["tallies are written", "tallies are not written yet"])
def read(request):
    """What tallies of a block hold, one entry a trial; written by a job, or counted while results wait."""

    def run(study, block, **options):
        if request.param == "tallies are written":
            for session in Session.objects.uncounted():
                count_session(key=session.pk, now=NOW)
        return [
            (tally, entry)
            for tally in counted(study, block, **options)
            for entries in tally.counts.values()
            for entry in entries
        ]

    return run


def test_only_valid_scored_trials_of_the_block_are_read(study, rater, read):
    done = complete(rater)
    done.session.responses.filter(trial__block=0, trial__kind="scored").first().delete()
    first, second = read(study, 0), read(study, 1)
    assert (len(first), len(second)) == (3, 3)
    assert {tally.rater for tally, _ in first + second} == {str(done.session.participant_id)}


def test_invalid_answers_do_not_count(study, rater, read):
    complete(rater).session.responses.update(valid=False)
    assert read(study, 0) == []


def test_who_has_not_finished_does_not_count_yet(study, rater, read):
    begun = rater("faces").begin()
    begun.send(*(wire.submission(trial) for trial in begun.get("block")["trials"]))
    assert read(study, 0) == []


def test_simulated_raters_count_only_where_asked_for(study, rater, read):
    complete(rater)
    Session.objects.update(kind="simulated")
    assert read(study, 0) == []
    assert len(read(study, 0, simulated=True)) == 4


def test_versions_that_ask_the_same_are_read_together(study, rater, now, read):
    complete(rater)
    study.title = "A better title"
    study.save()
    open_study(study=study, now=now)
    complete(rater)
    assert len(read(study, 0)) == 8


def test_a_changed_exposure_does_not_count(study, rater, now, read):
    complete(rater)
    block = study.blocks.get(position=0)
    block.params = {**block.params, "exposure_ms": 200}
    block.save()
    open_study(study=study, now=now)
    assert len(read(study, 0)) == 4  # nobody has answered the new version yet
    newer = str(complete(rater).session.participant_id)
    assert [tally.rater for tally, _ in read(study, 0)] == [newer] * 4
    assert len(read(study, 1)) == 6  # the other block asks what it asked


def test_a_block_that_moved_is_still_the_same_block(study, rater, now, read):
    complete(rater)
    study.blocks.get(position=0).delete()
    open_study(study=study, now=now)
    complete(rater)
    assert len(read(study, 0)) == 3 + 3


def test_blocks_that_ask_the_same_are_one_pool(make_study, rater, read):
    unlimited = {"exposure": "unlimited"}
    study = make_study({"trials": 2, "params": unlimited}, {"trials": 4}, {"trials": 2, "params": unlimited})
    assert [pool.blocks for pool in pool_blocks(study.versions.get().protocol)] == [(0, 2), (1,)]
    complete(rater)
    assert [tally.block for tally, _ in read(study, 0)] == [0, 0, 2, 2]
    assert len(read(study, 1)) == 4


def test_sessions_come_in_their_order_in_batches_of_any_size(make_study, rater, now, read, monkeypatch):
    monkeypatch.setattr(reading, "SESSIONS_AT_ONCE", 2)
    study = make_study({"trials": 1})
    complete(rater)
    first = Session.objects.get()
    template, response = first.trials.get(), first.responses.get()
    expected = [str(first.participant_id)]
    for _ in range(4):
        who = Participant.objects.create(study=study, recruiter="open_link", created_at=now)
        expected.append(str(who.pk))
        first.pk, first.participant = uuid4(), who
        first.created_at += timedelta(seconds=1)
        first.save(force_insert=True)
        template.pk, template.session = None, first
        template.save(force_insert=True)
        response.pk, response.session, response.trial = uuid4(), first, template
        response.save(force_insert=True)
    assert [tally.rater for tally, _ in read(study, 0)] == expected


def test_results_are_equal_while_half_of_the_sessions_are_counted(study, rater):
    for _ in range(2):
        complete(rater)
    before = list(counted(study, 0))
    count_session(key=Session.objects.order_by("created_at").last().pk, now=NOW)
    assert list(counted(study, 0)) == before


def test_a_study_without_answers_gives_nothing(study, read):
    assert read(study, 0) == []
