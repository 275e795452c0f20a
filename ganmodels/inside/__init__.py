"""Looking inside a generator: pure functions from a generator to images and numbers.

Everything works by what a generator offers (styles, codes, classes, layers) and not by its name; what one
can't give is a sentence.
"""

from ganmodels.inside.interpolation import interpolate
from ganmodels.inside.inversion import Inversion, invert
from ganmodels.inside.layers import feature_maps, pixel_filters
from ganmodels.inside.scores import Judgement, judge
from ganmodels.inside.spaces import Space, open_space
from ganmodels.inside.strips import Strip
from ganmodels.inside.traversal import traverse

__all__ = [
    "Inversion",
    "Judgement",
    "Space",
    "Strip",
    "feature_maps",
    "interpolate",
    "invert",
    "judge",
    "open_space",
    "pixel_filters",
    "traverse",
]
