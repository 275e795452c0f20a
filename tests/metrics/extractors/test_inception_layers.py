"""Every output of the 2015 Inception beside pytorch-fid's blocks, with the same random weights."""

from __future__ import annotations

import pytest
import torch
from pytorch_fid import inception as peer

from metrics.extractors.catalogue.inception_v3 import ALL_OUTPUTS, network_from_state

BRANCH_OF_SFID = "Mixed_6d.branch1x1"


@pytest.fixture(scope="module")
def pixels():
    return torch.rand(2, 3, 299, 299, generator=torch.Generator().manual_seed(0)) * 2 - 1


@pytest.fixture(scope="module")
def expected(peer_inception, pixels):
    """The peer's outputs by our names."""
    network, _ = peer_inception
    layers: list[torch.Tensor] = []
    branch = network.blocks[2][6].branch1x1  # Mixed_6d is the seventh module of its third block
    hook = branch.register_forward_hook(lambda _module, _inputs, output: layers.append(output))
    with torch.no_grad():
        x, pooled = pixels, []
        for block in network.blocks:
            x = block(x)
            pooled.append(x.mean(dim=(2, 3)))
    hook.remove()
    spatial = layers[0][:, :7].permute(0, 2, 3, 1).reshape(2, 17 * 17 * 7)
    names = ("features_64", "features_192", "features_768", "features")
    return dict(zip(names, pooled, strict=True)) | {"spatial": spatial}


def test_each_output_is_the_peers_block(peer_inception, pixels, expected):
    with torch.no_grad():
        outputs = network_from_state(peer_inception[1])(pixels)
    assert outputs.keys() == ALL_OUTPUTS
    for name, values in expected.items():
        assert outputs[name].shape == values.shape
        assert float((outputs[name] - values).norm() / values.norm()) < 1e-5, name


def test_the_branch_is_the_one_that_the_graph_calls_mixed_6_conv(peer_inception):
    """The graph counts its blocks mixed, mixed_1, … from Mixed_5b on, so that its mixed_6 is the seventh."""
    network, state = peer_inception
    assert torch.equal(network.blocks[2][6].branch1x1.conv.weight, state[f"{BRANCH_OF_SFID}.conv.weight"])
    assert isinstance(network.blocks[2][6], peer.FIDInceptionC)


@pytest.mark.parametrize("output", sorted(ALL_OUTPUTS - {"features", "probabilities"}))
def test_what_isn_t_asked_for_isn_t_computed(peer_inception, pixels, expected, output):
    whole = network_from_state(peer_inception[1])
    network = network_from_state(peer_inception[1], frozenset({output}))
    size = sum(parameter.numel() for parameter in network.parameters())
    assert size < 0.5 * sum(parameter.numel() for parameter in whole.parameters())
    with torch.no_grad():
        outputs = network(pixels)
    assert outputs.keys() == {output}
    assert float((outputs[output] - expected[output]).norm() / expected[output].norm()) < 1e-5
