"""Charts as PNG and SVG files, for papers and slides."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import singledispatch
from threading import Lock
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from evalsite.results.plots.charts import (
    GRID,
    INK,
    PALETTE,
    Dot,
    DotChart,
    HistogramChart,
    ImageFormat,
    ScatterChart,
)
