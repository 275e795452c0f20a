"""torchvision's Inception v3: trained on ImageNet by others than FID's, and so another scale.

Szegedy, Vanhoucke, Ioffe, Shlens, Wojna: Rethinking the Inception Architecture for Computer Vision,
CVPR 2016, arXiv:1512.00567; the weights are torchvision's IMAGENET1K_V1.

Code that calls itself FID and loads torchvision's network measures this. Under `partial_inception` it is
what `PartialInceptionNetwork` gives, which normalises its input twice; under `pytorch_fid` the input is as
the network was trained on. Neither value is comparable with FID.
"""

from torch import Tensor

from metrics.extractors.networks.torchvision_inception import SIZE_PX, TorchvisionInceptionNetwork
from metrics.extractors.registry import (
    FEATURES,
    PROBABILITIES,
    LoadedNetwork,
    WeightsRequest,
    register_extractor,
)
from metrics.extractors.weights import WeightsFile, load_state

WEIGHTS = WeightsFile(
    title="torchvision's Inception v3",
    name="inception_v3_google-0cc3c7bd.pth",
    sha256="0cc3c7bd75056d25e46cba549dc184522069b81e9787eff6df84f397bd52a5ef",
    url="https://download.pytorch.org/models/inception_v3_google-0cc3c7bd.pth",
    instead="use the extractor 'inception_v3', which is FID's own",
)
OUTPUTS = frozenset({FEATURES, PROBABILITIES})


@register_extractor(
    name="inception_v3_torchvision",
    title="Inception v3 (torchvision)",
    paper="arXiv:1512.00567",
    outputs=OUTPUTS,
    size_px=SIZE_PX,
    protocols=("partial_inception", "pytorch_fid"),
    digests={WEIGHTS.sha256},
)
def load(request: WeightsRequest) -> LoadedNetwork:
    """The network: 2048 features and 1000 class probabilities.

    Raises:
        MissingWeightsError: the file is nowhere; the message says where to put it.
        WeightsDigestError: the file found is not the right one.
    """
    path, digest = WEIGHTS.locate(request)
    return LoadedNetwork(network_from_state(load_state(path)), digest, OUTPUTS)


def network_from_state(state: dict[str, Tensor]) -> TorchvisionInceptionNetwork:
    """The network with the weights of torchvision's state dict."""
    return TorchvisionInceptionNetwork(state)
