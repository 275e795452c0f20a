from __future__ import annotations

import pytest
import torch

from metrics import Labels
from metrics.catalogue.gan_train_test import gan_train_test
from metrics.errors import EvidenceMismatchError, InvalidEvidenceError, TooFewSamplesError
from tests.support.agreement import agrees


def test_scikit_learn_agrees(make_labelled, gaussian_classes, scikit_learn):
    real, held_out, made = (gaussian_classes(seed, 300) for seed in range(3))
    made = (1.5 * made[0] + 0.5, made[1])
    found = gan_train_test(*make_labelled(*real), *make_labelled(*held_out), *make_labelled(*made))
    for name, train, test in (
        ("gan_train", made, held_out),
        ("gan_test", real, made),
        ("real_train", real, held_out),
    ):
        accuracy = (scikit_learn(train, test[0]).argmax(1) == test[1].numpy()).mean()
        agrees(found[name].value, accuracy, against="scikit-learn", abs_=1e-9)
    assert found["gan_train_top5"].value == 1  # there are but three likely classes
    assert found["gan_train_top5"].notes == ()  # of six
    assert found["gan_train"].low < found["gan_train"].value < found["gan_train"].high


def test_five_of_five_classes_tell_nothing_and_say_so(make_labelled, gaussian_classes):
    features, labels = make_labelled(*gaussian_classes(0, 60))
    sets = (features, Labels(labels.values, tuple("01234")))
    found = gan_train_test(*sets, *sets, *sets)["gan_train_top5"]
    assert (found.value, found.notes) == (1, ("Each of the 5 classes is among the top 5.",))


def test_a_lost_class_is_never_recognised(make_labelled, gaussian_classes):
    real, held_out = gaussian_classes(0, 600), gaussian_classes(1, 600)
    kept = real[1] < 2
    made = make_labelled(real[0][kept], real[1][kept])
    found = gan_train_test(*make_labelled(*real), *make_labelled(*held_out), *made)
    assert found["gan_train"].value < 2 / 3
    assert found["real_train"].value > found["gan_train"].value + 0.1


def test_labels_that_do_not_fit_are_refused(make_labelled, gaussian_classes):
    features, labels = make_labelled(*gaussian_classes(0, 30))
    few = Labels(labels.values[:20], labels.names)
    with pytest.raises(InvalidEvidenceError, match="20 labels for 30 images"):
        gan_train_test(features, few, features, labels, features, labels)
    other = Labels(labels.values, tuple("abcdef"))
    with pytest.raises(EvidenceMismatchError, match="other names"):
        gan_train_test(features, labels, features, labels, features, other)
    one = make_labelled(torch.ones(1, 3, dtype=torch.float64), torch.zeros(1, dtype=torch.int64))
    with pytest.raises(TooFewSamplesError):
        gan_train_test(features, labels, features, labels, *one)
