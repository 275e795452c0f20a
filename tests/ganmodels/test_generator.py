"""A network as a generator: blocks make sampling exact, and a network that answers nonsense is named."""

import pytest
import torch
from torch import nn

from ganmodels.errors import GeneratorOutputError, SampleRequestError
from ganmodels.generator import BLOCK, NetworkGenerator


class _Answer(nn.Module):
    """Answers one value for every pixel, and notes the batch sizes that it saw."""

    def __init__(self, value: float, side: int = 2) -> None:
        super().__init__()
        self.value, self.side = value, side
        self.seen: list[int] = []

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        self.seen.append(len(latents))
        return torch.full((len(latents), 1, self.side, self.side), self.value)


class _Saying(nn.Module):
    """Answers the same whatever it is asked, or raises it."""

    def __init__(self, answer: object) -> None:
        super().__init__()
        self.answer = answer

    def forward(self, _latents: torch.Tensor) -> object:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def _generator(network: nn.Module) -> NetworkGenerator:
    return NetworkGenerator(
        "answer", network, latent_size=3, image_shape=(1, 2, 2), image_range=(-1.0, 1.0), provenance={}
    )


@pytest.mark.parametrize(("value", "pixel"), [(-1.0, 0), (1.0, 255), (0.0, 128), (-1.0005, 0), (1.0005, 255)])
def test_the_declared_range_becomes_0_to_255(value: float, pixel: int) -> None:
    assert _generator(_Answer(value)).sample(1, 0).unique().tolist() == [pixel]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1.1, -300.0])
def test_values_out_of_range_are_named(value: float) -> None:
    with pytest.raises(GeneratorOutputError, match="'answer' answered values"):
        _generator(_Answer(value)).sample(1, 0)


def test_another_shape_is_named() -> None:
    with pytest.raises(GeneratorOutputError, match=r"\(32, 1, 3, 3\).*\(32, 1, 2, 2\)"):
        _generator(_Answer(0.0, side=3)).sample(1, 0)


@pytest.mark.parametrize("rows", [1, 0, 2 * BLOCK])
def test_another_number_of_images_than_of_latents_is_named(rows: int) -> None:
    """What is missing would be left out without a word, or be whatever lies in memory."""
    with pytest.raises(GeneratorOutputError, match=rf"\({rows}, 1, 2, 2\).*\({BLOCK}, 1, 2, 2\)"):
        _generator(_Saying(torch.zeros(rows, 1, 2, 2))).sample(5, 0)


@pytest.mark.parametrize(
    "answer", [None, (torch.zeros(BLOCK, 1, 2, 2),), torch.zeros(1).bool(), torch.zeros(1).cfloat()]
)
def test_what_is_no_tensor_of_numbers_is_named(answer: object) -> None:
    with pytest.raises(GeneratorOutputError, match=r"'answer' answered .* not a tensor of numbers"):
        _generator(_Saying(answer)).sample(5, 0)


def test_what_goes_wrong_inside_a_network_is_an_answer_of_the_generators() -> None:
    with pytest.raises(GeneratorOutputError, match=r"failed on inputs of \(32, 3\) \(ValueError: no\)"):
        _generator(_Saying(ValueError("no\nsecond line"))).sample(5, 0)
    with pytest.raises(SampleRequestError, match="named"):
        _generator(_Saying(SampleRequestError("named already"))).sample(5, 0)


def test_the_network_only_ever_sees_whole_blocks() -> None:
    network = _Answer(0.0)
    batches = list(_generator(network).iter_samples(70, 0, batch_size=33, start=20))
    assert [len(batch) for batch in batches] == [33, 33, 4]
    assert network.seen == [BLOCK] * 3


@pytest.mark.parametrize("request_", [(-1, 0, 1), (1, -1, 1), (1, 0, 0)])
def test_impossible_requests_are_refused_before_anything_runs(request_: tuple[int, int, int]) -> None:
    count, start, batch_size = request_
    with pytest.raises(SampleRequestError):
        _generator(_Answer(0.0)).iter_samples(count, 0, batch_size=batch_size, start=start)


def test_no_images_are_an_empty_answer() -> None:
    assert _generator(_Answer(0.0)).sample(0, 0).shape == (0, 1, 2, 2)


def test_progress_counts_images() -> None:
    told: list[tuple[int, int]] = []
    _generator(_Answer(0.0)).sample(
        5, 0, batch_size=2, progress=lambda done, count: told.append((done, count))
    )
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_images_can_be_differentiated_by_their_latents() -> None:
    network = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Unflatten(1, (1, 2, 2)))
    generator = _generator(network)
    latents = generator.sample_latent(2, seed=0).requires_grad_(True)
    generator.images(latents).sum().backward()
    assert latents.grad is not None
    assert generator.parameter_count == 16
