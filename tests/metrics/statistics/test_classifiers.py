from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from metrics.errors import TooFewSamplesError
from metrics.statistics.classifiers import Classifier, fit_linear, trained_mlps


def _rings(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A disc inside a ring: no line separates them."""
    angles = torch.linspace(0, 6.28, count, dtype=torch.float64)
    labels = torch.arange(count) % 2
    radii = 1.0 + 2.0 * labels
    return torch.stack([radii * angles.cos(), radii * angles.sin()], dim=1), labels


def _fit_mlp(values: torch.Tensor, labels: torch.Tensor, *, epochs: int = 100, seed: int = 0) -> Classifier:
    """The network after a single phase."""
    (network,) = trained_mlps(values, labels, classes=2, phases=[epochs], seed=seed)
    return network


def test_scikit_learn_agrees(lcg):
    values = 3 * lcg(3, 120, 4)
    labels = (values[:, 0] + values[:, 1] * values[:, 2]).long().clamp(max=2)
    ours = fit_linear(values, labels, classes=3, l2=0.01, iterations=500)
    standard = (values - values.mean(dim=0)) / values.std(dim=0, correction=0)
    # The peer has a penalty C⁻¹ on the sum of losses, and none on the bias: the bias as one more column.
    columns = np.hstack([standard.numpy(), np.ones((120, 1))])
    peer = LogisticRegression(C=1 / (0.01 * 120), fit_intercept=False, tol=1e-10, max_iter=5000)
    expected = peer.fit(columns, labels.numpy()).predict_proba(columns)
    assert ours.probabilities(values).numpy() == pytest.approx(expected, abs=1e-5)


def test_accuracy_on_two_gaussians_is_bayes(lcg):
    draws = torch.randn(40_000, 1, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    labels = torch.arange(40_000) % 2
    values = draws + labels[:, None]
    found = fit_linear(values[:20_000], labels[:20_000], classes=2)
    # Phi(1/2) for means one standard deviation apart.
    assert float(found.correct(values[20_000:], labels[20_000:]).mean()) == pytest.approx(0.69146, abs=0.01)


def test_the_network_sees_what_no_line_can():
    values, labels = _rings(400)
    line = fit_linear(values, labels, classes=2)
    network = _fit_mlp(values, labels)
    assert float(line.correct(values, labels).mean()) < 0.6
    assert float(network.correct(values, labels).mean()) > 0.99


def test_training_is_the_same_to_the_bit_and_in_any_row_order():
    values, labels = _rings(100)
    one = _fit_mlp(values, labels, epochs=5, seed=4)
    again = _fit_mlp(values.flip(0), labels.flip(0), epochs=5, seed=4)
    other = _fit_mlp(values, labels, epochs=5, seed=5)
    assert torch.equal(one.logits(values), again.logits(values))
    assert not torch.equal(one.logits(values), other.logits(values))


def test_a_class_without_rows_is_merely_improbable():
    values, labels = _rings(100)
    found = fit_linear(values, labels, classes=4).probabilities(values)
    assert bool((found[:, 2:] > 0).all())
    assert float(found[:, 2:].max()) < 0.05


def test_a_constant_column_does_no_harm():
    values, labels = _rings(50)
    values = torch.cat([values, torch.full((50, 1), 1e6, dtype=torch.float64)], dim=1)
    assert bool(torch.isfinite(_fit_mlp(values, labels, epochs=2).logits(values)).all())


def test_nothing_to_learn_from_is_refused():
    with pytest.raises(TooFewSamplesError):
        fit_linear(torch.ones(0, 2), torch.ones(0, dtype=torch.long), classes=2)


def test_a_phase_goes_on_where_the_one_before_ended():
    values, labels = _rings(400)
    networks = list(trained_mlps(values, labels, classes=2, phases=[1, 99]))
    first, second = (float(network.correct(values, labels).mean()) for network in networks)
    assert first == float(_fit_mlp(values, labels, epochs=1).correct(values, labels).mean())
    assert first < 0.9 < 0.99 < second
