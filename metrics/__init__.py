"""Measures of generative image models: pure functions of evidence, computed from images in one pass.

import metrics

for result in metrics.evaluate(generated="samples/", reference="real/", metrics=["fid", "kid"]):
    print(result.title, result.value)
"""

from metrics.contests import contest
from metrics.errors import MetricsError
from metrics.evaluate import evaluate
from metrics.exporting import export_pairs
from metrics.extractors.registry import EXTRACTORS, Extractor
from metrics.images.sampled import sample_images
from metrics.images.sources import open_images
from metrics.players import Contest, DiscriminatorLike, GeneratorLike
from metrics.registry import METRICS, Measured, Metric, Quantity, register
from metrics.results import Evaluation, MetricResult
from metrics.types import Evidence, Features, Images, Labels, Moments, Probabilities, Provenance

__all__ = [
    "EXTRACTORS",
    "METRICS",
    "Contest",
    "DiscriminatorLike",
    "Evaluation",
    "Evidence",
    "Extractor",
    "Features",
    "GeneratorLike",
    "Images",
    "Labels",
    "Measured",
    "Metric",
    "MetricResult",
    "MetricsError",
    "Moments",
    "Probabilities",
    "Provenance",
    "Quantity",
    "contest",
    "evaluate",
    "export_pairs",
    "open_images",
    "register",
    "sample_images",
]
