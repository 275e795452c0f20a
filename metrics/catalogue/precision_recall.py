"""Precision and recall: the share of each set that lies on the other set's manifold of neighbours.

Kynkäänniemi, Karras, Laine, Lehtinen, Aila: Improved Precision and Recall Metric for Assessing Generative
Models, NeurIPS 2019, arXiv:1904.06991.

They do not tell by how much an image misses; one outlier's wide ball can hold many images, so noise may raise
recall; memorised images are precise. Values depend on the numbers of images and of neighbours.
"""

from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.counts import require_images
from metrics.statistics.manifolds import held_both_ways
from metrics.statistics.resampling import wilson_interval


@register(
    name="precision_recall",
    title="Precision and recall",
    paper="arXiv:1904.06991",
    quantities=[
        Quantity("precision", better="higher", ideal=1.0, senses={"fidelity"}, title="Precision"),
        Quantity("recall", better="higher", ideal=1.0, senses={"diversity"}, title="Recall"),
        Quantity(
            "f1_score",
            better="higher",
            ideal=1.0,
            senses={"fidelity", "diversity"},
            title="F1 of precision and recall",
        ),
    ],
    selections={"paper"},
)
def precision_recall(
    reference: Features, generated: Features, *, neighbours: int = 3, memory_gib: float = 2.0
) -> dict[str, Measured]:
    """Share of one set within the balls |x - y| <= NN_k(y) around the other set, both ways.

    NN_k(y) is the distance of y to its k-th nearest neighbour in its own set, itself not counted.

    Args:
        reference: features of the real images (n, d).
        generated: features of the generated images (m, d).
        neighbours: k.
        memory_gib: what may be used beside the features, GiB.

    Returns:
        `precision` of the generated images, `recall` of the real ones, and 2 P R / (P + R) as `f1_score`, 0
        where both are 0.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        TooFewSamplesError: a set has no more than k images.

    Source: Kynkäänniemi et al. 2019, equations 1 and 2; checked against prdc and torch-fidelity.
    """
    require_images(2, reference, generated)
    memory = int(memory_gib * 2**30)
    made, real = held_both_ways(generated, reference, neighbours, memory)
    hits, found = float((made.closed > 0).sum()), float((real.closed > 0).sum())
    precision, recall = hits / generated.count, found / reference.count
    precision_ends = wilson_interval(hits, generated.count)
    recall_ends = wilson_interval(found, reference.count)
    binomial = "binomial (Wilson), the manifold taken as it is"
    return {
        "precision": Measured(precision, low=precision_ends[0], high=precision_ends[1], interval=binomial),
        "recall": Measured(recall, low=recall_ends[0], high=recall_ends[1], interval=binomial),
        "f1_score": Measured(
            _f1(precision, recall),
            low=_f1(precision_ends[0], recall_ends[0]),
            high=_f1(precision_ends[1], recall_ends[1]),
            interval="between the lower and the upper ends of precision and recall",
        ),
    }


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0
