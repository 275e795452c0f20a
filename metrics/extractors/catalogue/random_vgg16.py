"""VGG16 with random weights: features that owe nothing to ImageNet, for domains far from photographs.

Naeem, Oh, Uh, Choi, Yoo: Reliable Fidelity and Diversity Metrics for Generative Models, ICML 2020,
arXiv:2002.09797, section 4.3; architecture of arXiv:1409.1556.

Beside the 4096 features of its second fully connected layer it gives 64 of a third, the paper's "R64". The
weights are drawn here, from one seed: values travel between machines, not to other random networks.
"""

import torch
from torch import Tensor
from torchvision.models import vgg16

from metrics.extractors.networks.vgg import SIZE_PX, VggNetwork
from metrics.extractors.registry import FEATURES, LoadedNetwork, WeightsRequest, register_extractor
from metrics.extractors.weights import state_digest

SEED = 0
FEATURES_64 = "features_64"
OUTPUTS = frozenset({FEATURES, FEATURES_64})


@register_extractor(
    name="random_vgg16",
    title="VGG16 with random weights",
    paper="arXiv:2002.09797",
    outputs=OUTPUTS,
    size_px=SIZE_PX,
    protocols=("imagenet",),
    digests=set(),  # drawn here: the last bits may be this machine's own
)
def load(_request: WeightsRequest) -> LoadedNetwork:
    """The network; it needs no file."""
    state = random_state(SEED)
    return LoadedNetwork(VggNetwork(state, last=FEATURES_64), state_digest(state), OUTPUTS)


def random_state(seed: int) -> dict[str, Tensor]:
    """Weights that keep the variance of rectified activations (He et al. 2015), and no biases.

    Args:
        seed: of the random numbers.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.device("meta"):
        shapes = {name: value.shape for name, value in vgg16(num_classes=64).state_dict().items()}
    return {
        name: torch.randn(shape, generator=generator) * (2 / shape[1:].numel()) ** 0.5
        if name.endswith("weight")
        else torch.zeros(shape)
        for name, shape in shapes.items()
    }
