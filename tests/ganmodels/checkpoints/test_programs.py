"""Programs run only where an operator allows it."""

import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from ganmodels.checkpoints import inspect, load
from ganmodels.errors import (
    CheckpointArchitectureError,
    CheckpointCodeError,
    CheckpointError,
    CheckpointNotFiniteError,
    GeneratorOutputError,
)


class _Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer = nn.Linear(5, 16 * 16)

    def forward(self, latents: Tensor) -> Tensor:
        return torch.tanh(self.layer(latents)).view(-1, 1, 16, 16)


def _script(network: nn.Module, path: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.script(network), path)
    return path


def _export(network: nn.Module, path: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shapes = ({0: torch.export.Dim("n", min=1)},)
        torch.export.save(torch.export.export(network, (torch.zeros(2, 5),), dynamic_shapes=shapes), path)
    return path


ASKED: dict[str, Any] = {"settings": {"latent_size": "5"}, "image_shape": (1, 16, 16)}
WRITERS = {"TorchScript": _script, "torch.export": _export}


@pytest.mark.parametrize("kind", WRITERS)
def test_a_program_is_refused_without_allowance_and_sampled_with_it(tmp_path: Path, kind: str) -> None:
    network = _Small()
    path = WRITERS[kind](network, tmp_path / "program.pt")
    for opener in (load, inspect):
        with pytest.raises(CheckpointCodeError, match=f"{kind} program, which runs code of its own"):
            opener(path)
    with pytest.raises(CheckpointCodeError):
        load(path, **ASKED)
    generator = load(path, **ASKED, allow_code=True)
    latents = generator.sample_latent(7, seed=0)
    with torch.no_grad():
        torch.testing.assert_close(generator.images(latents), network(latents))
    assert torch.equal(generator.sample(9, 1, batch_size=2), generator.sample(9, 1))
    assert generator.parameter_count == 6 * 256
    assert generator.provenance["file_format"].startswith(kind)


@pytest.mark.parametrize("kind", WRITERS)
def test_sizes_that_are_not_given_or_wrong_are_named(tmp_path: Path, kind: str) -> None:
    path = WRITERS[kind](_Small(), tmp_path / "program.pt")
    with pytest.raises(CheckpointArchitectureError, match="latent_size"):
        load(path, image_shape=(1, 16, 16), allow_code=True)
    with pytest.raises(CheckpointArchitectureError, match="what shape"):
        load(path, settings={"latent_size": 5}, allow_code=True)
    with pytest.raises(GeneratorOutputError, match="failed on inputs"):
        load(path, settings={"latent_size": 6}, image_shape=(1, 16, 16), allow_code=True).sample(1, 0)
    with pytest.raises(GeneratorOutputError):
        load(path, settings={"latent_size": 5}, image_shape=(1, 32, 32), allow_code=True).sample(1, 0)
    with pytest.raises(GeneratorOutputError, match=r"where 0 to 1 is declared"):
        load(path, **ASKED, image_range=(0.0, 1.0), allow_code=True).sample(1, 0)


@pytest.mark.parametrize("kind", WRITERS)
def test_weights_that_are_no_numbers_are_named(tmp_path: Path, kind: str) -> None:
    network = _Small()
    nn.init.constant_(network.layer.bias, float("nan"))
    with pytest.raises(CheckpointNotFiniteError):
        load(WRITERS[kind](network, tmp_path / "program.pt"), **ASKED, allow_code=True)


@pytest.mark.parametrize("kind", WRITERS)
def test_a_damaged_program_is_named(tmp_path: Path, kind: str) -> None:
    path = WRITERS[kind](_Small(), tmp_path / "program.pt")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(CheckpointError):
        load(path, **ASKED, allow_code=True)
