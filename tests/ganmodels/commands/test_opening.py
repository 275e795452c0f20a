"""What a person says of a file on the command line, and what the operator must have allowed."""

import json
from pathlib import Path

import pytest
import torch

from ganmodels.__main__ import main
from ganmodels.checkpoints import load
from ganmodels.commands.opening import ALLOWANCE
from ganmodels.registry import get_model

SHAPE = (1, 16, 16)
SAID = ["--model", "vae", "--set", "latent_size=8", "--set", "width=4", "--shape", "1x16x16"]
OWN = """
from pathlib import Path
import torch

Path({mark!r}).touch()

class Net(torch.nn.Module):
    def __init__(self, shape, gain):
        super().__init__()
        self.layer = torch.nn.Linear(3, shape[1] * shape[2])
        self.shape, self.gain = shape, float(gain)

    def forward(self, latents):
        return torch.sigmoid(self.gain * self.layer(latents)).view(-1, *self.shape)

def build(shape, *, latent_size, gain="1"):
    return Net(shape, gain)
"""


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    model = get_model("vae")
    network = model.networks(SHAPE, model.resolve({"latent_size": 8, "width": 4}), 0)["generator"]
    path = tmp_path / "weights.pth"
    torch.save({"state_dict": network.state_dict()}, path)
    return path


@pytest.fixture
def own(tmp_path: Path) -> list[str]:
    """Words for a network of one's own, whose file leaves a mark when it is run."""
    (tmp_path / "own.py").write_text(OWN.format(mark=str(tmp_path / "mark")))
    state = {"layer.weight": torch.ones(256, 3), "layer.bias": torch.zeros(256)}
    torch.save(state, tmp_path / "own.pt")
    said = ["--set", "latent_size=3", "--set", "gain=2", "--shape", "1x16x16", "--range=0,1"]
    return [str(tmp_path / "own.pt"), "--architecture", f"{tmp_path / 'own.py'}:build", *said]


def test_a_state_dict_is_described_and_sampled(
    tmp_path: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["info", str(weights), *SAID]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["model"], told["image_shape"], told["file_format"]) == (
        "vae",
        [1, 16, 16],
        "torch.save archive",
    )
    assert main(["sample", str(weights), "--count", "2", "--out", str(tmp_path / "png"), *SAID]) == 0
    assert len(list((tmp_path / "png").iterdir())) == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "name the model, its settings"),
        (["--model", "vae"], "give it as channels, height, width"),
        ([*SAID, "--shape", "16x16"], "is not channels, height, width"),
        ([*SAID, "--shape", "1x16x0"], "is not channels, height, width"),
        ([*SAID, "--range=1,0"], "does not grow"),
        ([*SAID, "--range=1"], "is not two numbers"),
        ([*SAID, "--set", "width=8"], "of other shapes"),
        ([*SAID, "--part", "g_ema"], "no part 'g_ema'; name one that it has: 'state_dict'"),
    ],
)
def test_what_is_missing_or_wrong_is_one_sentence(
    tmp_path: Path, weights: Path, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sample", str(weights), "--count", "1", "--out", str(tmp_path / "png"), *words]) == 2
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "png").exists()


@pytest.mark.parametrize("value", ["", "0", "true"])
def test_ones_own_code_is_not_run_without_the_operators_word(
    tmp_path: Path,
    own: list[str],
    value: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(ALLOWANCE, value)
    assert main(["sample", *own, "--count", "1", "--out", str(tmp_path / "png")]) == 2
    assert "this machine does not allow it" in capsys.readouterr().err
    assert not (tmp_path / "mark").exists()


def test_ones_own_code_is_run_with_it(
    tmp_path: Path, own: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ALLOWANCE, "1")
    assert main(["sample", *own, "--count", "3", "--out", str(tmp_path / "png")]) == 0
    assert (tmp_path / "mark").exists()
    assert len(list((tmp_path / "png").iterdir())) == 3


@pytest.mark.parametrize(
    ("architecture", "sentence"),
    [
        ("none.py:build", "not of the form"),
        ("own.py", "not of the form"),
        ("own.py:nothing", "no function 'nothing'"),
        ("broken.py:build", "can't be run (ZeroDivisionError"),
    ],
)
def test_an_architecture_that_is_none_is_named(
    tmp_path: Path,
    own: list[str],
    architecture: str,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(ALLOWANCE, "1")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.py").write_text("1 / 0")
    words = [own[0], "--architecture", architecture, *own[3:]]
    assert main(["info", *words]) == 2
    assert sentence in capsys.readouterr().err


def test_a_converted_file_describes_itself_and_samples_alike(tmp_path: Path, weights: Path) -> None:
    out = tmp_path / "ours.safetensors"
    assert main(["convert", str(weights), "--out", str(out), *SAID]) == 0
    settings = {"latent_size": 8, "width": 4}
    theirs = load(weights, model="vae", settings=settings, image_shape=SHAPE)
    ours = load(out)
    assert torch.equal(ours.sample(5, seed=1), theirs.sample(5, seed=1))
    assert ours.provenance["data"]["source_sha256"] == theirs.provenance["sha256"]
    assert ours.provenance["data"]["source_format"] == "torch.save archive"


def test_a_converted_file_is_not_named_as_its_description(
    tmp_path: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One would be written over the other."""
    assert main(["convert", str(weights), "--out", str(tmp_path / "ours.json"), *SAID]) == 2
    assert "ends in .safetensors" in capsys.readouterr().err
    assert not (tmp_path / "ours.json").exists()


def test_a_folder_for_a_converted_file_is_made(tmp_path: Path, weights: Path) -> None:
    assert main(["convert", str(weights), "--out", str(tmp_path / "new" / "ours.safetensors"), *SAID]) == 0
    assert (tmp_path / "new" / "ours.json").is_file()


def test_a_network_of_ones_own_is_not_converted(
    tmp_path: Path, own: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(ALLOWANCE, "1")
    assert main(["convert", *own, "--out", str(tmp_path / "ours.safetensors")]) == 2
    assert "not of the catalogue" in capsys.readouterr().err
    assert not (tmp_path / "ours.safetensors").exists()
