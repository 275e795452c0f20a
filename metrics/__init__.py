"""Measures of generative image models: pure functions of evidence, computed from images in one pass.

import metrics

for result in metrics.evaluate(generated="samples/", reference="real/", metrics=["fid", "kid"]):
    print(result.title, result.value)
"""

from metrics.contest import contest
from metrics.errors import MetricsError
from metrics.evaluate import evaluate
from metrics.evidence.kinds import Evidence, Features, Images, Labels, Moments, Probabilities, Provenance
from metrics.evidence.networks import Contest, DiscriminatorLike, GeneratorLike
from metrics.extractors.registry import EXTRACTORS, Extractor
from metrics.images.sampled import sample_images
from metrics.images.sources import open_images
from metrics.registry.metric import METRICS, Measured, Metric, Quantity, register
from metrics.results.pair_pictures import export_pairs
from metrics.results.result import Evaluation, MetricResult

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
