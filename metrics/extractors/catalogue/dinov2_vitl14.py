"""DINOv2 ViT-L/14: features learned without labels, on which distances agree best with people's judgement.

Oquab et al.: DINOv2: Learning Robust Visual Features without Supervision, TMLR 2024, arXiv:2304.07193; as a
measure of generators: Stein et al., NeurIPS 2023, arXiv:2306.04675.

Its 1024 features see an image of 224 pixels a side: detail beyond that is lost on them.
"""

from torch import Tensor
from torch.nn import functional

from metrics.extractors.networks.vision_transformer import Architecture, VisionTransformer, resized_positions
from metrics.extractors.registry import FEATURES, LoadedNetwork, WeightsRequest, register_extractor
from metrics.extractors.weights import WeightsFile, load_state

WEIGHTS = WeightsFile(
    title="DINOv2 ViT-L/14",
    name="dinov2_vitl14_pretrain.pth",
    sha256="d5383ea8f4877b2472eb973e0fd72d557c7da5d3611bd527ceeb1d7162cbf428",
    url="https://dl.fbaipublicfiles.com/dinov2/dinov2_vitl14/dinov2_vitl14_pretrain.pth",
    instead="use the extractor 'inception_v3'",
)
ARCHITECTURE = Architecture(heads=16, eps=1e-6, activation=functional.gelu)
SIZE_PX = 224
PATCH_PX = 14
OUTPUTS = frozenset({FEATURES})


@register_extractor(
    name="dinov2_vitl14",
    title="DINOv2 ViT-L/14",
    paper="arXiv:2304.07193",
    outputs=OUTPUTS,
    size_px=SIZE_PX,
    protocols=("dgm",),
    digests={WEIGHTS.sha256},
)
def load(request: WeightsRequest) -> LoadedNetwork:
    """The network: the normalised class token.

    Raises:
        MissingWeightsError: the file is nowhere; the message says where to put it.
        WeightsDigestError: the file found is not the right one.
    """
    path, digest = WEIGHTS.locate(request)
    return LoadedNetwork(network_from_state(load_state(path)), digest, OUTPUTS)


def network_from_state(
    state: dict[str, Tensor], architecture: Architecture = ARCHITECTURE
) -> VisionTransformer:
    """The network with the weights of the published state dict, whose positions are for 518 pixels a side."""
    used = {name: value for name, value in state.items() if name != "mask_token"}
    positions = resized_positions(state["pos_embed"], SIZE_PX // PATCH_PX)
    return VisionTransformer(used | {"pos_embed": positions}, architecture)
