"""Trials with hundreds of images and dozens of flashes, from planning to the stored answer."""

import pytest

from evalsite.studies.errors import StudyNotReadyError
from evalsite.studies.planning import MAX_EXPOSURES, MAX_STIMULI
from evalsite.tasks import registry
from evalsite.trials.models import Response
from tests.support import toys, wire
from tests.support.faulty import added_files


@pytest.fixture(autouse=True)
def toy():
    with added_files(registry, toys.FOLDER):
        yield


def block(images, flashes):
    return {"task": "ordering_many", "params": {"images": images, "flashes": flashes}, "trials": 2}


@pytest.mark.parametrize(("images", "flashes"), [(300, 40), (MAX_STIMULI, MAX_EXPOSURES)])
def test_a_large_trial_is_planned_delivered_and_answered(make_study, rater, images, flashes):
    make_study(block(images, flashes))
    begun = rater("faces").begin()
    trial = begun.get("block")["trials"][0]
    assert len(set(trial["images"])) == images
    for address in (trial["images"][0], trial["images"][-1]):
        assert begun.client.get(address)["Content-Type"] == "image/png"
    order = [f"{slot}" for slot in reversed(range(images))]
    flash = wire.exposure(100)
    (receipt,) = begun.send(wire.submission(trial, order, exposures=[flash] * flashes))["results"]
    assert receipt["status"] == "stored", receipt
    stored = Response.objects.get()
    assert (stored.answer, stored.score) == ({"answer": order}, {"first": order[0]})
    assert stored.exposures == [flash] * flashes
    assert stored.valid


@pytest.mark.parametrize(
    ("images", "flashes", "sentence"),
    [
        (MAX_STIMULI + 1, 1, "a trial has 1001 images; expected at most 1000; plan fewer in each trial."),
        (1, MAX_EXPOSURES + 1, "a trial has 1001 flashes; expected at most 1000; plan fewer in each trial."),
    ],
)
def test_what_can_t_be_carried_is_refused_when_planned(make_study, images, flashes, sentence):
    with pytest.raises(StudyNotReadyError) as refused:
        make_study(block(images, flashes))
    assert f"Block 1 (ordering_many): {sentence}" in str(refused.value)
