"""Numbers are free in training and cut when sampled."""

import torch

from ganmodels.layers.ranges import CutWhenSampled


def test_numbers_are_cut_in_evaluation_only() -> None:
    layer, numbers = CutWhenSampled(-1.0, 1.0), torch.tensor([-2.0, 0.5, 3.0]).reshape(3, 1, 1, 1)
    assert torch.equal(layer.train()(numbers), numbers)
    assert layer.eval()(numbers).flatten().tolist() == [-1.0, 0.5, 1.0]


def test_the_gradient_is_whole_in_training() -> None:
    numbers = torch.full((1, 1, 2, 2), -5.0, requires_grad=True)
    CutWhenSampled(-1.0, 1.0).train()(numbers).sum().backward()
    assert torch.equal(numbers.grad, torch.ones(1, 1, 2, 2))
