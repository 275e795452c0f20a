"""The pixels themselves, from 0 to 1, after a resize: what density estimates first used.

Borji: Pros and Cons of GAN Evaluation Measures, 2018, arXiv:1802.03446, section 2.1, on why distances between
pixels say little about images: a shift by one pixel outweighs a change of content.

`pixels@64` takes images of 64 × 64 pixels instead of 32 × 32.
"""

from metrics.extractors.networks.flattening import FlatteningNetwork
from metrics.extractors.registry import FEATURES, LoadedNetwork, WeightsRequest, register_extractor

OUTPUTS = frozenset({FEATURES})
NO_WEIGHTS = "none"


@register_extractor(
    name="pixels",
    title="Pixels",
    paper="arXiv:1802.03446",
    outputs=OUTPUTS,
    size_px=32,
    protocols=("unit",),
    digests={NO_WEIGHTS},
    any_size=True,
)
def load(_request: WeightsRequest) -> LoadedNetwork:
    """The network that does nothing; it has no weights."""
    return LoadedNetwork(FlatteningNetwork(), NO_WEIGHTS, OUTPUTS)
