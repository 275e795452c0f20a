from __future__ import annotations

import numpy as np
import torch

from metrics import Labels
from metrics.catalogue.adversarial_accuracy import adversarial_accuracy
from metrics.statistics.classifiers import fit_linear
from tests.support.agreement import agrees


def test_the_training_set_itself_is_perfect(make_labelled, gaussian_classes):
    real, held_out = (make_labelled(*gaussian_classes(seed, 300)) for seed in range(2))
    found = adversarial_accuracy(*real, *held_out, *real)
    assert found["adversarial_divergence"].value == 0
    accuracy = found["adversarial_accuracy"]
    assert accuracy.notes == (f"A classifier trained on the training images reaches {accuracy.value:.3f}.",)


def test_the_divergence_is_that_of_the_two_classifiers(make_labelled, gaussian_classes):
    real, held_out, made = (gaussian_classes(seed, 200) for seed in range(3))
    made = (made[0] + 1, made[1])
    one = fit_linear(*real, classes=6).probabilities(held_out[0])
    other = fit_linear(*made, classes=6).probabilities(held_out[0])
    by_hand = (one * (one.log() - other.log())).sum(dim=1)
    found = adversarial_accuracy(*make_labelled(*real), *make_labelled(*held_out), *make_labelled(*made))
    agrees(
        found["adversarial_divergence"].value,
        by_hand.mean(),
        against="the definition, written out",
        rel=1e-9,
    )
    expected = (other.argmax(dim=1) == held_out[1]).double().mean()
    agrees(found["adversarial_accuracy"].value, expected, against="the definition, written out", rel=1e-6)


def test_scikit_learn_teaches_the_same(make_features, gaussian_classes, scikit_learn):
    real, held_out, made = (gaussian_classes(seed, 200) for seed in range(3))
    made = (made[0] + 1, made[1])
    sets = [(make_features(rows), Labels(labels, tuple("012"))) for rows, labels in (real, held_out, made)]
    found = adversarial_accuracy(*sets[0], *sets[1], *sets[2])
    one, other = (scikit_learn(train, held_out[0]) for train in (real, made))
    accuracy = (other.argmax(1) == held_out[1].numpy()).mean()
    agrees(found["adversarial_accuracy"].value, accuracy, against="scikit-learn", rel=1e-6)
    apart = (one * np.log(one / other)).sum(1).mean()
    agrees(found["adversarial_divergence"].value, apart, against="scikit-learn", rel=1e-3)


def test_labels_dealt_at_random_teach_nothing(make_labelled, gaussian_classes):
    real, held_out, made = (gaussian_classes(seed, 900) for seed in range(3))
    dealt = made[1][torch.randperm(900, generator=torch.Generator().manual_seed(0))]
    sets = make_labelled(*real), make_labelled(*held_out), make_labelled(made[0], dealt)
    found = adversarial_accuracy(*sets[0], *sets[1], *sets[2])
    assert found["adversarial_accuracy"].value < 0.65
    assert found["adversarial_divergence"].low > 0.1
