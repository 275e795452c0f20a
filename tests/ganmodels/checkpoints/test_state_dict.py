"""State dicts of other people's trainings, with all the wrappings they come in."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from ganmodels.checkpoints import inspect, load
from ganmodels.errors import (
    CheckpointArchitectureError,
    CheckpointCodeError,
    CheckpointFormatError,
    CheckpointModelError,
    CheckpointNotFiniteError,
    CheckpointShapeError,
    GeneratorOutputError,
    ImageShapeError,
    ModelNameError,
    SettingError,
)
from ganmodels.registry import get_model

SHAPE = (1, 16, 16)
SETTINGS = {"latent_size": 8, "width": 4}
VAE: dict[str, Any] = {"model": "vae", "settings": SETTINGS, "image_shape": SHAPE}


def _weights(seed: int = 0, name: str = "generator") -> dict[str, Tensor]:
    model = get_model("vae")
    state: dict[str, Tensor] = model.networks(SHAPE, model.resolve(SETTINGS), seed)[name].state_dict()
    return state


def _prefixed(prefix: str) -> dict[str, Tensor]:
    return {prefix + name: value for name, value in _weights().items()}


WRAPPED: dict[str, Any] = {
    "bare": _weights(),
    "module.": _prefixed("module."),
    "compiled": _prefixed("_orig_mod."),
    "state_dict": {"state_dict": _weights(), "epoch": 3, "best": 0.5, "names": ["a"], "lr": None},
    "state_dict and module.": {"state_dict": _prefixed("module.generator.")},
    "beside a discriminator": {"g_ema": _weights(), "g": _weights(1), "d": _weights(0, "encoder")},
    "with a scheduler": {
        "state_dict": _weights(),
        "lr_schedulers": [{"milestones": Counter([3, 4])}],
        "device": torch.device("cuda", 1),
        "dtype": torch.float32,
    },
    "with an optimiser": {"model": _weights(), "optimizer": {"state": {0: {"exp_avg": torch.zeros(3)}}}},
    "of a whole game": _prefixed("generator.")
    | {f"encoder.{name}": value for name, value in _weights(0, "encoder").items()},
}


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("wrapping", WRAPPED)
def test_weights_are_found_in_their_wrappings(tmp_path: Path, wrapping: str, legacy: bool) -> None:
    path = tmp_path / "weights.pth"
    torch.save(WRAPPED[wrapping], path, _use_new_zipfile_serialization=not legacy)
    generator = load(path, **VAE)
    network = get_model("vae").networks(SHAPE, get_model("vae").resolve(SETTINGS), 0)["generator"].eval()
    latents = generator.sample_latent(4, seed=1)
    with torch.no_grad():
        torch.testing.assert_close(generator.images(latents), network(latents))
    assert generator.provenance["file_format"].startswith("torch.save")
    assert generator.provenance["settings"]["width"] == 4
    assert len(generator.provenance["sha256"]) == 64


def test_safetensors_of_others_are_read_where_their_network_is_named(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_file(_weights(), path, {"format": "pt"})
    assert load(path, **VAE).sample(2, 0).shape == (2, *SHAPE)


def test_settings_may_be_typed_words(tmp_path: Path) -> None:
    path = tmp_path / "weights.pt"
    torch.save(_weights(), path)
    assert load(path, **{**VAE, "settings": {"latent_size": "8", "width": "4"}}).latent_size == 8


def test_parameters_are_read_as_tensors(tmp_path: Path) -> None:
    path = tmp_path / "weights.pt"
    torch.save(
        {name: nn.Parameter(v) if v.is_floating_point() else v for name, v in _weights().items()}, path
    )
    assert load(path, **VAE).parameter_count > 0


def test_two_alike_are_told_apart_by_part(tmp_path: Path) -> None:
    path = tmp_path / "weights.pt"
    torch.save({"one": _weights(0), "two": _weights(1)}, path)
    with pytest.raises(
        CheckpointArchitectureError, match=r"2 sets of tensors that fit alike: 'one\.', 'two\.'"
    ):
        load(path, **VAE)
    one, two = (load(path, **VAE, part=part).sample(1, 0) for part in ("one", "two"))
    assert not torch.equal(one, two)


def test_missing_unexpected_and_mis_shaped_keys_are_reported(tmp_path: Path) -> None:
    weights = _weights()
    names = list(weights)
    weights[names[1]] = torch.zeros(7)
    del weights[names[-1]]
    weights["extra.weight"] = torch.zeros(2)
    path = tmp_path / "weights.pt"
    torch.save(weights, path)
    with pytest.raises(CheckpointShapeError) as raised:
        load(path, **VAE)
    told = str(raised.value)
    assert f"1 missing: '{names[-1]}'" in told
    assert "1 unexpected: 'extra.weight'" in told
    assert f"1 of other shapes: '{names[1]} (7,) for" in told


@pytest.mark.parametrize("content", [None, 7, {}, [_weights()], torch.zeros(3), {"epoch": 3}])
def test_a_file_without_a_state_dict_is_named_as_such(tmp_path: Path, content: object) -> None:
    path = tmp_path / "weights.pt"
    torch.save(content, path)
    with pytest.raises(CheckpointFormatError, match="no tensors by name"):
        load(path, **VAE)


def test_nothing_that_fits_is_one_sentence_and_no_page(tmp_path: Path) -> None:
    path = tmp_path / "weights.pt"
    torch.save({f"layer{index}." + "x" * 500: torch.zeros(1) for index in range(1000)}, path)
    with pytest.raises(CheckpointShapeError, match="and 992 more") as raised:
        load(path, **VAE)
    assert len(str(raised.value)) < 4000


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_named(tmp_path: Path, value: float) -> None:
    weights = _weights()
    next(iter(weights.values())).view(-1)[0] = value
    path = tmp_path / "weights.pt"
    torch.save(weights, path)
    with pytest.raises(CheckpointNotFiniteError, match=r"of weights\.pt"):
        load(path, **VAE)


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({**VAE, "model": "vea"}, ModelNameError),
        ({**VAE, "settings": {"widht": 4}}, SettingError),
        ({**VAE, "settings": {"width": "four"}}, SettingError),
        ({**VAE, "image_shape": None}, CheckpointArchitectureError),
        ({**VAE, "image_shape": (1, 17, 17)}, ImageShapeError),
        ({}, CheckpointArchitectureError),
    ],
)
def test_what_is_asked_for_must_be_a_network(tmp_path: Path, asked: dict[str, Any], error: type) -> None:
    path = tmp_path / "weights.pt"
    torch.save(_weights(), path)
    with pytest.raises(error):
        load(path, **asked)


def test_other_things_in_the_pickle_are_named(tmp_path: Path) -> None:
    import argparse

    path = tmp_path / "weights.pt"
    torch.save({"state_dict": _weights(), "args": argparse.Namespace(lr=1)}, path)
    with pytest.raises(CheckpointCodeError, match=r"argparse\.Namespace.*save the state dict alone"):
        load(path, **VAE)


def test_a_whole_module_is_refused_by_what_it_asks_for(tmp_path: Path) -> None:
    path = tmp_path / "module.pt"
    torch.save(nn.Linear(2, 2), path)
    with pytest.raises(CheckpointCodeError, match=r"torch\.nn\.modules\.linear\.Linear"):
        load(path, **VAE)


def test_our_own_files_take_settings_but_no_other_model(checkpoint: Path) -> None:
    assert load(checkpoint, settings={"kl_weight": 2.0}).provenance["settings"]["kl_weight"] == 2.0
    with pytest.raises(CheckpointModelError, match="is a checkpoint of 'vae', not of 'gan'"):
        load(checkpoint, model="gan")


class _Plane(nn.Module):
    """An architecture of one's own: one weight, and answers as told."""

    def __init__(self, shape: tuple[int, int, int], answer: str = "images", **_: object) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(()))
        self._shape, self._answer = shape, answer

    def forward(self, latents: Tensor) -> Tensor:
        value = {"images": 0.5, "NaN": float("nan"), "range": 3.0, "shape": 0.0}[self._answer]
        side = self._shape[1] + (self._answer == "shape")
        return torch.full((len(latents), self._shape[0], side, side), value) + self.weight


@pytest.mark.parametrize("answer", ["images", "NaN", "range", "shape"])
def test_an_architecture_of_ones_own_is_held_to_its_word(tmp_path: Path, answer: str) -> None:
    path = tmp_path / "weights.pt"
    torch.save({"module.weight": torch.tensor(0.1)}, path)
    settings = {"latent_size": 5, "answer": answer}
    generator = load(path, architecture=_Plane, settings=settings, image_shape=SHAPE)
    assert generator.name == "_Plane"
    if answer == "images":
        assert generator.sample(3, 0).unique().tolist() == [204]
        return
    with pytest.raises(GeneratorOutputError):
        generator.sample(3, 0)


def test_an_architecture_that_makes_nothing_is_named(tmp_path: Path) -> None:
    def fail(shape: tuple[int, int, int], **_: object) -> nn.Module:
        raise KeyError("depth")

    path = tmp_path / "weights.pt"
    torch.save({"weight": torch.zeros(())}, path)
    for factory, word in ((fail, "KeyError"), (lambda shape, **_: None, "NoneType")):
        with pytest.raises(CheckpointArchitectureError, match=word):
            load(path, architecture=factory, settings={"latent_size": 5}, image_shape=SHAPE)
    with pytest.raises(CheckpointArchitectureError, match="latent_size"):
        load(path, architecture=_Plane, image_shape=SHAPE)


def test_inspect_says_that_the_network_is_not_named(tmp_path: Path) -> None:
    path = tmp_path / "weights.pt"
    torch.save(_weights(), path)
    with pytest.raises(CheckpointArchitectureError):
        inspect(path)
