"""Class-wise FID: the Fréchet distance of generated from real images of one class, averaged over classes.

Ravuri, Vinyals: Classification Accuracy Score for Conditional Generative Models, NeurIPS 2019, section 4 and
Miyato, Koyama: cGANs with Projection Discriminator, ICLR 2018 ("intra FID"), arXiv:1802.05637.

Classes have few images, so each distance is biased upwards, more than FID is; the mean hides a class that
failed; and it believes the labels.
"""

from metrics.errors import TooFewSamplesError
from metrics.evidence.kinds import Features, Labels
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.frechet import frechet_distance
from metrics.statistics.frechet_influence import frechet_interval
from metrics.statistics.moments import moments_of

LEAST_IMAGES = 2
"""Fewer have no covariance."""


@register(
    name="classwise_fid",
    title="Class-wise Fréchet Inception Distance",
    paper="arXiv:1802.05637",
    extractor="inception_v3",
    quantities=[
        Quantity(
            "classwise_fid",
            better="lower",
            ideal=0.0,
            senses={"fidelity", "diversity"},
            generic="classwise_frechet_distance",
            generic_title="Class-wise Fréchet distance",
        )
    ],
)
def classwise_fid(
    reference: Features, reference_labels: Labels, generated: Features, generated_labels: Labels
) -> dict[str, Measured]:
    """Mean over the classes of the reference of the Fréchet distance between the sets' images of that class.

    Args:
        reference: features of the real images (n, d).
        reference_labels: their classes (n,).
        generated: features of the generated images (m, d).
        generated_labels: their classes (m,), under the same names.

    Returns:
        `classwise_fid`, at least 0; a note names the worst class.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols, or the labels from
            different classes.
        TooFewSamplesError: a class of the reference has fewer than two images in a set.

    Source: Miyato and Koyama 2018, section 5; checked against pytorch-fid, class by class.
    """
    distances, variance = {}, 0.0
    for index in reference_labels.values.unique().tolist():
        name = reference_labels.names[index]
        real = moments_of(_of_class(index, reference, reference_labels, "reference"))
        made = moments_of(_of_class(index, generated, generated_labels, "generated"))
        distances[name] = max(0.0, frechet_distance(real, made))
        _, high, how = frechet_interval(real, made, distances[name])
        variance += (high - distances[name]) ** 2
    mean = sum(distances.values()) / len(distances)
    half = variance**0.5 / len(distances)
    worst = max(distances, key=lambda name: distances[name])
    note = f"The worst of {len(distances)} classes is {worst!r} with {distances[worst]:.6g}."
    return {
        "classwise_fid": Measured(
            mean, low=max(0.0, mean - half), high=mean + half, notes=(note,), interval=how
        )
    }


def _of_class(index: int, features: Features, labels: Labels, role: str) -> Features:
    rows = (labels.values == index).nonzero()[:, 0]
    if len(rows) < LEAST_IMAGES:
        raise TooFewSamplesError(
            f"There are {len(rows)} {role} images of the class {labels.names[index]!r}, too few for a "
            "covariance; give at least 2 of every class of the reference."
        )
    return Features(features.values[rows], features.provenance)
