import pytest

from evalsite.studies.models import Study
from evalsite.studies.services import freeze_imported_study
from evalsite.trials.errors import InvalidImportError
from evalsite.trials.models import Participant, Response, Session, Trial
from evalsite.trials.services import ImportedJudgement, import_responses
from tests.support.answers import answered


def judgement(participant="p1", condition="alphagan", truth="generated", answer="real", **more):
    return ImportedJudgement(participant, condition, truth, answer, **more)


@pytest.fixture
def imported(make_study, now):
    """Imports rows into a study of judgements collected elsewhere."""

    def make(rows, assignment="between"):
        study = Study.objects.filter(slug="others").first()
        if study is None:
            unlimited = {"params": {"exposure": "unlimited"}}
            study = make_study(
                unlimited, slug="others", opened=False, assignment=assignment, source="imported"
            )
        version = freeze_imported_study(study=study, now=now)
        return study, import_responses(study=study, version=version, rows=rows, now=now)

    return make


def test_judgements_are_read_scored_and_estimated_like_our_own(imported):
    rows = [
        judgement(truth="generated", answer="real", stimulus="9/2128.png", rt_ms=812.5),
        judgement(truth="real", answer="real"),
        judgement("p2", "betagan", "real", "generated"),
    ]
    study, stored = imported(iter(rows))
    assert stored == 3
    trials = sorted(answered(study, 0), key=lambda t: (t.score["condition"], t.score["judged"]))
    assert [t.score["condition"] for t in trials] == ["alphagan", "real", "real"]
    assert [t.score["judged"] for t in trials] == ["real", "generated", "real"]
    assert [t.score["correct"] for t in trials] == [False, False, True]
    assert trials[0].rt_ms == 812.5
    assert trials[0].trial.settings["stimulus"] == "9/2128.png"
    assert trials[0].presentation == {"exposure_ms": None}
    assert len({t.participant for t in trials}) == 2


def test_a_participant_is_one_completed_session_marked_imported(imported):
    imported([judgement(), judgement(), judgement("p2", "betagan")])
    found = Session.objects.order_by("participant__external_id")
    assert [(s.kind, s.state, s.condition) for s in found] == [
        ("imported", "completed", "alphagan"),
        ("imported", "completed", "betagan"),
    ]
    assert list(found[0].trials.values_list("position", flat=True)) == [0, 1]
    assert Participant.objects.filter(recruiter="imported").count() == 2


def test_within_raters_one_session_holds_all_conditions(imported):
    study, _ = imported([judgement(), judgement(condition="betagan")], assignment="within")
    assert Session.objects.get().condition == ""
    assert {t.score["condition"] for t in answered(study, 0)} == {"alphagan", "betagan"}


def test_images_of_one_name_are_one_image_and_those_without_a_name_are_not(imported):
    rows = [judgement(rater, stimulus=name) for rater in ("p1", "p2") for name in ("a.png", "", "")]
    study, _ = imported(rows)
    images = [trial.trial.stimuli[0].image for trial in answered(study, 0)]
    assert images[0] == images[3]
    assert len(set(images)) == 5


def test_more_rows_than_a_batch_holds(imported):
    rows = (judgement(f"p{number % 7}", "alphagan") for number in range(4100))
    _, stored = imported(rows)
    assert stored == Response.objects.count() == 4100
    assert Session.objects.count() == 7


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (judgement(condition="gammagan"), ["row 2", "gammagan", "alphagan, betagan"]),
        (judgement(truth="fake"), ["row 2", "fake"]),
        (judgement(answer="yes"), ["row 2", "yes"]),
        (judgement(participant=""), ["row 2", "participant"]),
        (judgement(condition="betagan"), ["row 2", "alphagan", "betagan", "one condition"]),
    ],
)
def test_a_row_that_contradicts_the_study_is_named_and_nothing_is_kept(imported, bad, words):
    with pytest.raises(InvalidImportError) as caught:
        imported([judgement(), bad])
    assert all(word in str(caught.value) for word in words)
    assert not Session.objects.exists()
    assert not Trial.objects.exists()
    assert not Participant.objects.exists()


def test_a_participant_is_imported_once(imported):
    imported([judgement()])
    with pytest.raises(InvalidImportError, match="p1"):
        imported([judgement("p2"), judgement("p1")])
    assert Response.objects.count() == 1


def test_ids_come_from_the_file_so_that_an_import_is_the_same_anywhere(imported):
    imported([judgement()])
    first = Session.objects.values_list("pk", "participant_id").get()
    Response.objects.all().delete()
    Session.objects.all().delete()
    Participant.objects.all().delete()
    imported([judgement()])
    assert Session.objects.values_list("pk", "participant_id").get() == first


def test_nothing_gives_nothing(imported):
    assert imported([])[1] == 0
