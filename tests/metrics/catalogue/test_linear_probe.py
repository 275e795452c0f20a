from __future__ import annotations

import pytest

from metrics.catalogue.linear_probe import linear_probe
from metrics.errors import InvalidEvidenceError
from tests.support.agreement import agrees


def test_two_gaussians_are_recognised_as_well_as_bayes_would(make_labelled, gaussian_classes):
    training, test = gaussian_classes(0, 8000, 2), gaussian_classes(1, 8000, 2)
    found = linear_probe(*make_labelled(*training), *make_labelled(*test))["linear_probe"]
    # Phi(1): centres 2 standard deviations apart.
    agrees(found.value, 0.841345, against="closed form: Bayes between two Gaussians", abs_=0.012)
    assert found.low < 0.841345 < found.high


def test_scikit_learn_recognises_as_many(make_labelled, gaussian_classes, scikit_learn):
    training, test = gaussian_classes(0, 300), gaussian_classes(1, 300)
    found = linear_probe(*make_labelled(*training), *make_labelled(*test))["linear_probe"].value
    accuracy = (scikit_learn(training, test[0]).argmax(1) == test[1].numpy()).mean()
    agrees(found, accuracy, against="scikit-learn", abs_=1e-9)


def test_the_seed_and_the_number_of_images_decide_what_is_used(make_labelled, gaussian_classes):
    sets = *make_labelled(*gaussian_classes(0, 300)), *make_labelled(*gaussian_classes(1, 300))
    values = [linear_probe(*sets, images=40, seed=seed)["linear_probe"].value for seed in (0, 0, 1)]
    assert values[0] == values[1] != values[2]
    assert values[0] * 40 == pytest.approx(round(values[0] * 40))


def test_missing_labels_are_refused(make_labelled, gaussian_classes):
    features, labels = make_labelled(*gaussian_classes(0, 30))
    fewer = make_labelled(*gaussian_classes(0, 20))[0]
    with pytest.raises(InvalidEvidenceError, match="30 labels for 20 images"):
        linear_probe(fewer, labels, features, labels)
