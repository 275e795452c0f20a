"""The transformers beside timm's, small and with random weights under the published files' names."""

from __future__ import annotations

from functools import partial

import pytest
import torch
from torch import nn
from torch.nn import functional

from metrics.errors import MissingWeightsError, WeightsDigestError
from metrics.extractors import weights
from metrics.extractors.archive import read_archive
from metrics.extractors.catalogue import clip_vitl14_336, dinov2_vitl14
from metrics.extractors.networks.vision_transformer import (
    Architecture,
    VisionTransformer,
    quick_gelu,
    resized_positions,
)
from metrics.extractors.registry import WeightsRequest

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")

SIDE_PX, WIDTH, DEPTH, HEADS = 28, 32, 2, 4
REQUEST = WeightsRequest(frozenset({"features"}), download=False)


def _randomised(network: nn.Module) -> nn.Module:
    generator = torch.Generator().manual_seed(0)
    for parameter in network.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator) * 0.2
    return network.eval()


def _peer(**settings: object) -> nn.Module:
    timm = pytest.importorskip("timm.models.vision_transformer")
    return _randomised(
        timm.VisionTransformer(
            img_size=SIDE_PX, patch_size=14, embed_dim=WIDTH, depth=DEPTH, num_heads=HEADS, **settings
        )
    )


@pytest.fixture(scope="module")
def pixels():
    return torch.randn(3, 3, SIDE_PX, SIDE_PX, generator=torch.Generator().manual_seed(1))


def test_dinov2_is_timms(pixels, monkeypatch):
    peer = _peer(num_classes=0, init_values=1e-5)
    published = {**peer.state_dict(), "mask_token": torch.zeros(1, WIDTH)}
    monkeypatch.setattr(dinov2_vitl14, "resized_positions", lambda positions, side: positions)
    network = dinov2_vitl14.network_from_state(published, Architecture(HEADS, 1e-6, functional.gelu))
    with torch.no_grad():
        assert torch.allclose(network(pixels)["features"], peer(pixels), rtol=0, atol=1e-5)


def test_clip_is_timms_under_its_own_names(pixels):
    peer = _peer(
        num_classes=16,
        pre_norm=True,
        norm_layer=partial(nn.LayerNorm, eps=1e-5),
        act_layer=_QuickGelu,
        final_norm=True,
    )
    peer.head.bias.data.zero_()
    network = clip_vitl14_336.network_from_state(
        _under_clips_names(peer.state_dict()), Architecture(HEADS, 1e-5, quick_gelu)
    )
    with torch.no_grad():
        assert torch.allclose(network(pixels)["features"], peer(pixels), rtol=0, atol=1e-5)


class _QuickGelu(nn.Module):
    def forward(self, x):
        return quick_gelu(x)


def _under_clips_names(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """timm's state as OpenAI's file names it, with a tensor of the half that reads captions."""
    names = {
        "cls_token": "class_embedding",
        "pos_embed": "positional_embedding",
        "patch_embed.proj.weight": "conv1.weight",
        **{f"norm_pre.{part}": f"ln_pre.{part}" for part in ("weight", "bias")},
        **{f"norm.{part}": f"ln_post.{part}" for part in ("weight", "bias")},
    }
    for index in range(DEPTH):
        for part in ("weight", "bias"):
            block, theirs = f"blocks.{index}", f"transformer.resblocks.{index}"
            names |= {
                f"{block}.norm1.{part}": f"{theirs}.ln_1.{part}",
                f"{block}.norm2.{part}": f"{theirs}.ln_2.{part}",
                f"{block}.attn.qkv.{part}": f"{theirs}.attn.in_proj_{part}",
                f"{block}.attn.proj.{part}": f"{theirs}.attn.out_proj.{part}",
                f"{block}.mlp.fc1.{part}": f"{theirs}.mlp.c_fc.{part}",
                f"{block}.mlp.fc2.{part}": f"{theirs}.mlp.c_proj.{part}",
            }
    clips = {f"visual.{theirs}": state[ours] for ours, theirs in names.items()}
    clips["visual.class_embedding"] = state["cls_token"].flatten()
    clips["visual.positional_embedding"] = state["pos_embed"][0]
    clips["visual.proj"] = state["head.weight"].T
    return clips | {"logit_scale": torch.tensor(1.0), "ln_final.weight": torch.ones(4)}


def test_the_architectures_take_the_published_shapes():
    """The numbers of parameters that the two image networks have, DINOv2's less positions and mask token."""
    for module, side, projected, published in (
        (dinov2_vitl14, 16, None, 304_368_640 - (37 * 37 - 16 * 16) * 1024 - 1024),
        (clip_vitl14_336, 24, 768, 304_293_888),
    ):
        with torch.device("meta"):
            network = VisionTransformer(_large(side, projected), module.ARCHITECTURE)
        assert sum(parameter.numel() for parameter in network.parameters()) == published


def _large(side: int, projected: int | None) -> dict[str, torch.Tensor]:
    """Empty weights of ViT-L/14; with a projection as CLIP has them, else as DINOv2 has."""
    width, hidden = 1024, 4096
    shapes: dict[str, tuple[int, ...]] = {
        "cls_token": (1, 1, width),
        "pos_embed": (1, side**2 + 1, width),
        "patch_embed.proj.weight": (width, 3, 14, 14),
        **_pair("norm", width),
    }
    shapes |= {"head.weight": (projected, width)} | _pair("norm_pre", width) if projected else {}
    shapes |= {} if projected else {"patch_embed.proj.bias": (width,)}
    for index in range(24):
        block = f"blocks.{index}"
        shapes |= _pair(f"{block}.norm1", width) | _pair(f"{block}.norm2", width)
        shapes |= _pair(f"{block}.attn.qkv", 3 * width, width) | _pair(f"{block}.attn.proj", width, width)
        shapes |= _pair(f"{block}.mlp.fc1", hidden, width) | _pair(f"{block}.mlp.fc2", width, hidden)
        shapes |= {} if projected else {f"{block}.ls{number}.gamma": (width,) for number in (1, 2)}
    return {name: torch.empty(shape, device="meta") for name, shape in shapes.items()}


def _pair(name: str, *shape: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": shape, f"{name}.bias": shape[:1]}


def test_positions_are_resized_as_dinov2_does_it():
    positions = torch.randn(1, 37 * 37 + 1, 5, generator=torch.Generator().manual_seed(2))
    resized = resized_positions(positions, 16)
    assert resized.shape == (1, 16 * 16 + 1, 5)
    assert torch.equal(resized[:, 0], positions[:, 0])
    # A cubic filter takes each new patch at (i + 1/2) · 37 / 16.1 - 1/2 of the old ones.
    values = torch.arange(37.0) ** 2
    rows = values[None, :, None].expand(37, 37, 1).reshape(1, -1, 1)
    found = resized_positions(torch.cat([torch.zeros(1, 1, 1), rows], 1), 16)[0, 1:, 0].view(16, 16)
    expected = [_cubic(values, (index + 0.5) * 37 / 16.1 - 0.5) for index in range(1, 15)]
    assert torch.allclose(found[3, 1:15], torch.tensor(expected), rtol=1e-4, atol=0)


def _cubic(values: torch.Tensor, place: float, a: float = -0.75) -> float:
    """Keys' cubic convolution, which torch uses with a = -3/4."""
    first = int(place) - 1
    total = 0.0
    for index in range(first, first + 4):
        x = abs(place - index)
        near = (a + 2) * x**3 - (a + 3) * x**2 + 1
        far = a * (x**3 - 5 * x**2 + 8 * x - 4)
        total += float(values[index]) * (near if x <= 1 else far)
    return total


def test_half_precision_comes_out_of_an_archive(tmp_path):
    network = nn.Sequential(nn.Linear(4, 2), nn.LayerNorm(2)).half()
    network.register_buffer("side", torch.tensor(336))
    torch.jit.script(network).save(tmp_path / "net.pt")
    found = read_archive(tmp_path / "net.pt")
    assert set(found) == set(network.state_dict())
    assert all(torch.equal(found[name], value) for name, value in network.state_dict().items())


@pytest.mark.parametrize("module", [dinov2_vitl14, clip_vitl14_336])
def test_the_error_names_file_place_and_substitute(module, tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "default_folder", lambda: tmp_path / "none")
    with pytest.raises(MissingWeightsError, match=f"put {module.WEIGHTS.name} into .*'inception_v3'"):
        module.load(REQUEST)
    (tmp_path / module.WEIGHTS.name).write_bytes(b"another file")
    with pytest.raises(WeightsDigestError, match="the right file's begins"):
        module.load(WeightsRequest(frozenset(), tmp_path, download=False))
