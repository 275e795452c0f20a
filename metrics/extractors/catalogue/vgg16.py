"""VGG16 trained on ImageNet: the features of improved precision and recall, as torch-fidelity computes them.

Simonyan, Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition, ICLR 2015,
arXiv:1409.1556; the weights are torchvision's IMAGENET1K_V1, the features the rectified `fc2`.

Kynkäänniemi et al. (arXiv:1904.06991) and StyleGAN's metrics use another training of the same architecture:
precision and recall from it are alike, not equal.
"""

from metrics.extractors.networks.vgg import SIZE_PX, VggNetwork
from metrics.extractors.registry import (
    FEATURES,
    PROBABILITIES,
    LoadedNetwork,
    WeightsRequest,
    register_extractor,
)
from metrics.extractors.weights import WeightsFile, load_state

WEIGHTS = WeightsFile(
    title="VGG16",
    name="vgg16-397923af.pth",
    sha256="397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
    url="https://download.pytorch.org/models/vgg16-397923af.pth",
    instead="use the extractor 'inception_v3' or 'efficientnet_lite0'",
)
OUTPUTS = frozenset({FEATURES, PROBABILITIES})


@register_extractor(
    name="vgg16",
    title="VGG16",
    paper="arXiv:1409.1556",
    outputs=OUTPUTS,
    size_px=SIZE_PX,
    protocols=("imagenet",),
    digests={WEIGHTS.sha256},
)
def load(request: WeightsRequest) -> LoadedNetwork:
    """The network: 4096 features and 1000 class probabilities.

    Raises:
        MissingWeightsError: the file is nowhere; the message says where to put it.
        WeightsDigestError: the file found is not the right one.
    """
    path, digest = WEIGHTS.locate(request)
    return LoadedNetwork(VggNetwork(load_state(path)), digest, OUTPUTS)
