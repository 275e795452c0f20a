import pytest

from evalsite.studies.services import open_study
from evalsite.trials.models import Session
from evalsite.trials.reading import comparable_versions, scored_trials
from tests.support import wire


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
    first, second = list(scored_trials(study, 0)), list(scored_trials(study, 1))
    assert (len(first), len(second)) == (4, 3)
    assert {t.trial.kind for t in first} == {"scored"}
    assert {t.participant for t in first + second} == {str(done.session.participant_id)}
    assert first[0].shown_ms == pytest.approx(100)
    assert first[0].rt_ms == 640.5
    done.session.responses.update(valid=False)
    assert list(scored_trials(study, 0)) == []


def test_who_has_not_finished_does_not_count_yet(study, rater):
    begun = rater("faces").begin()
    begun.send(*(wire.submission(trial) for trial in begun.get("block")["trials"]))
    assert list(scored_trials(study, 0)) == []


def test_simulated_raters_count_only_where_asked_for(study, rater):
    complete(rater)
    Session.objects.update(kind="simulated")
    assert list(scored_trials(study, 0)) == []
    assert len(list(scored_trials(study, 0, simulated=True))) == 4


def test_a_corrected_text_does_not_split_the_data(study, rater, now):
    complete(rater)
    study.title = "A better title"
    study.save()
    open_study(study=study, now=now)
    complete(rater)
    assert len(comparable_versions(study, 0)) == 2
    assert len(list(scored_trials(study, 0))) == 8


def test_a_changed_exposure_does(study, rater, now):
    complete(rater)
    first_version = study.versions.get()
    block = study.blocks.get(position=0)
    block.params = {**block.params, "exposure_ms": 200}
    block.save()
    open_study(study=study, now=now)
    assert len(list(scored_trials(study, 0))) == 4  # nobody has answered the new version yet
    complete(rater)
    assert [t.presentation["exposure_ms"] for t in scored_trials(study, 0)] == [200] * 4
    assert len(list(scored_trials(study, 1))) == 6  # the other block asks what it asked
    assert len(list(scored_trials(study, 0, version=first_version))) == 4


def test_a_study_without_answers_gives_nothing(study):
    assert list(scored_trials(study, 0)) == []
