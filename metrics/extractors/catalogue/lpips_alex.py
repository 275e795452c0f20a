"""LPIPS with AlexNet, as features: the squared Euclidean distance of two vectors is the images' LPIPS.

Zhang, Isola, Efros, Shechtman, Wang: The Unreasonable Effectiveness of Deep Features as a Perceptual Metric,
CVPR 2018, arXiv:1801.03924, version 0.1.

LPIPS is meant for patches of 64 pixels, to which images are resized here (`lpips_alex@128` takes another
side): two large images may be closer in it than in detail.
"""

import hashlib

from torch import Tensor

from metrics.errors import MissingWeightsError
from metrics.extractors.networks.alexnet_lpips import SIZE_PX, LpipsNetwork
from metrics.extractors.registry import FEATURES, LoadedNetwork, WeightsRequest, register_extractor
from metrics.extractors.weights import WeightsFile, checked_digest, load_state, package_file

BACKBONE = WeightsFile(
    title="LPIPS' AlexNet",
    name="alexnet-owt-7be5be79.pth",
    sha256="7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02",
    url="https://download.pytorch.org/models/alexnet-owt-7be5be79.pth",
    instead="use the extractor 'efficientnet_lite0' or 'pixels'",
)
HEADS = (
    ("lpips", "weights", "v0.1", "alex.pth"),
    ("torchmetrics", "functional", "image", "lpips_models", "alex.pth"),
)
HEADS_SHA256 = "df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0"
OUTPUTS = frozenset({FEATURES})


def both_digests(backbone: str, heads: str) -> str:
    """One digest of two files', which the network is made of."""
    return hashlib.sha256(f"{backbone} {heads}".encode()).hexdigest()


@register_extractor(
    name="lpips_alex",
    title="LPIPS (AlexNet)",
    paper="arXiv:1801.03924",
    outputs=OUTPUTS,
    size_px=SIZE_PX,
    protocols=("lpips",),
    digests={both_digests(BACKBONE.sha256, HEADS_SHA256)},
    any_size=True,
)
def load(request: WeightsRequest) -> LoadedNetwork:
    """The network: AlexNet from its file, the learned weights from the package lpips or torchmetrics.

    Raises:
        MissingWeightsError: one of them is nowhere; the message says what to do.
        WeightsDigestError: a file found is not the right one.
    """
    path, digest = BACKBONE.locate(request)
    heads, heads_digest = load_heads()
    network = LpipsNetwork(load_state(path), heads)
    return LoadedNetwork(network, both_digests(digest, heads_digest), OUTPUTS)


def load_heads() -> tuple[dict[str, Tensor], str]:
    """The learned weights and their digest, from whichever package is installed."""
    for place in HEADS:
        path = package_file(*place)
        if path is not None:
            return load_state(path), checked_digest(path, HEADS_SHA256)
    raise MissingWeightsError(
        "No learned weights of LPIPS: pip install --no-deps lpips, or use the extractor 'efficientnet_lite0'."
    )
