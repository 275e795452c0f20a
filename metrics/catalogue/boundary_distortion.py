"""Boundary distortion: what a classifier loses when it is trained on generated instead of real images.

Santurkar, Schmidt, Mądry: A Classification-Based Study of Covariate Shift in GAN Distributions, ICML 2018,
arXiv:1711.00970.

It sees lost variety only as far as it moves the boundary between classes, and says nothing of images far from
it. The classifier is linear on features; with few images the gap is partly what few images cost.
"""

from metrics.evidence.kinds import Features, Labels
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.labelled import labelled
from metrics.statistics.resampling import paired_share_interval


@register(
    name="boundary_distortion",
    title="Boundary distortion",
    paper="arXiv:1711.00970",
    quantities=[Quantity("boundary_distortion", better="lower", ideal=0.0, senses={"fidelity", "diversity"})],
)
def boundary_distortion(
    reference: Features,
    reference_labels: Labels,
    held_out: Features,
    held_out_labels: Labels,
    generated: Features,
    generated_labels: Labels,
    *,
    images: int = 10_000,
    l2: float = 1e-3,
    seed: int = 0,
) -> dict[str, Measured]:
    """Accuracy on held-out images after training on real images, less that after training on generated ones.

    Both classifiers are trained on equally many images, so that the gap is not one of numbers.

    Args:
        reference: features of the training images (n, d).
        reference_labels: their classes (n,).
        held_out: features of real images that the generator never saw (m, d).
        held_out_labels: their classes (m,).
        generated: features of the generated images (g, d).
        generated_labels: the classes that they were generated for (g,).
        images: most images used of each set.
        l2: strength of the penalty on the weights.
        seed: fixes which images are left out.

    Returns:
        `boundary_distortion` in [-1, 1], slightly negative by chance where generated images are as good; the
        interval is that of a difference of paired shares of held-out images (Agresti and Min).

    Raises:
        EvidenceMismatchError: the features come from different extractors, or the classes have other names.
        InvalidEvidenceError: a set has another number of labels than of images.
        TooFewSamplesError: a set has fewer than two images.

    Source: Santurkar et al. 2018, section 2.2; checked against scikit-learn.
    """
    size = min(images, reference.count, generated.count)
    training = labelled(reference, reference_labels, limit=size, seed=seed)
    made = labelled(generated, generated_labels, limit=size, seed=seed)
    test = labelled(held_out, held_out_labels, limit=images, seed=seed)
    lost = test.correct(training.train(l2=l2)) - test.correct(made.train(l2=l2))
    low, high = paired_share_interval(lost)
    found = Measured(
        float(lost.mean()), low=low, high=high, interval="paired differences over held-out images"
    )
    return {"boundary_distortion": found}
