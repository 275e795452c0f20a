"""CLIP ViT-L/14 at 336 pixels: the image half of a network that learned from captions; CMMD is defined on it.

Radford et al.: Learning Transferable Visual Models From Natural Language Supervision, ICML 2021,
arXiv:2103.00020; as a measure of generators: Jayasumana et al., CVPR 2024, arXiv:2401.09603.

Its 768 features say what a caption would: texture and fine faults that nobody writes about move them little.
"""

from torch import Tensor

from metrics.extractors.archive import read_archive
from metrics.extractors.networks.vision_transformer import Architecture, VisionTransformer, quick_gelu
from metrics.extractors.registry import FEATURES, LoadedNetwork, WeightsRequest, register_extractor
from metrics.extractors.weights import WeightsFile

WEIGHTS = WeightsFile(
    title="CLIP ViT-L/14",
    name="ViT-L-14-336px.pt",
    sha256="3035c92b350959924f9f00213499208652fc7ea050643e8b385c2dac08641f02",
    url="https://openaipublic.azureedge.net/clip/models/"
    "3035c92b350959924f9f00213499208652fc7ea050643e8b385c2dac08641f02/ViT-L-14-336px.pt",
    instead="use the extractor 'inception_v3'",
)
ARCHITECTURE = Architecture(heads=16, eps=1e-5, activation=quick_gelu)
OUTPUTS = frozenset({FEATURES})

_NAMES = {
    "class_embedding": "cls_token",
    "positional_embedding": "pos_embed",
    "conv1.weight": "patch_embed.proj.weight",
    "ln_pre": "norm_pre",
    "ln_post": "norm",
    "transformer.resblocks": "blocks",
    "ln_1": "norm1",
    "ln_2": "norm2",
    "attn.in_proj_": "attn.qkv.",
    "attn.out_proj": "attn.proj",
    "c_fc": "fc1",
    "c_proj": "fc2",
}


@register_extractor(
    name="clip_vitl14_336",
    title="CLIP ViT-L/14 (336 px)",
    paper="arXiv:2103.00020",
    outputs=OUTPUTS,
    size_px=336,
    protocols=("cmmd",),
    digests={WEIGHTS.sha256},
)
def load(request: WeightsRequest) -> LoadedNetwork:
    """The network: projected, not normalised image embeddings.

    Raises:
        MissingWeightsError: the file is nowhere; the message says where to put it.
        WeightsDigestError: the file found is not the right one.
    """
    path, digest = WEIGHTS.locate(request)
    return LoadedNetwork(network_from_state(read_archive(path)), digest, OUTPUTS)


def network_from_state(
    state: dict[str, Tensor], architecture: Architecture = ARCHITECTURE
) -> VisionTransformer:
    """The network with the published weights, which are of half precision, computed in single precision."""
    visual = {
        renamed(name.removeprefix("visual.")): value.float()
        for name, value in state.items()
        if name.startswith("visual.") and name != "visual.proj"
    }
    visual["cls_token"] = visual["cls_token"].view(1, 1, -1)
    visual["pos_embed"] = visual["pos_embed"][None]
    visual["head.weight"] = state["visual.proj"].float().T.contiguous()
    return VisionTransformer(visual, architecture)


def renamed(name: str) -> str:
    """A layer's name in `VisionTransformer` for its name in CLIP."""
    for theirs, ours in _NAMES.items():
        name = name.replace(theirs, ours)
    return name
