"""Linear probe: how well a linear classifier recognises classes in what a discriminator has learnt to see.

Radford, Metz, Chintala: Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
Networks, ICLR 2016, arXiv:1511.06434.

It judges the discriminator's features, not the generator's images: a discriminator may learn much from a
generator that makes little. The extractor must be the discriminator (`--extractor module:factory`); with any
other one the number tells how good that extractor is.
"""

from metrics.evidence.kinds import Features, Labels
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.labelled import labelled
from metrics.statistics.resampling import wilson_interval


@register(
    name="linear_probe",
    title="Linear probe",
    paper="arXiv:1511.06434",
    quantities=[
        Quantity("linear_probe", better="higher", ideal=1.0, judges="the features of a discriminator")
    ],
)
def linear_probe(
    reference: Features,
    reference_labels: Labels,
    held_out: Features,
    held_out_labels: Labels,
    *,
    images: int = 10_000,
    l2: float = 1e-3,
    seed: int = 0,
) -> dict[str, Measured]:
    """Accuracy on held-out images of a logistic regression on the discriminator's features.

    Args:
        reference: the discriminator's features of labelled real images (n, d).
        reference_labels: their classes (n,).
        held_out: its features of other real images (m, d).
        held_out_labels: their classes (m,).
        images: most images used of each set.
        l2: strength of the penalty on the weights.
        seed: fixes which images are left out.

    Returns:
        `linear_probe`, a share of images in [0, 1].

    Raises:
        EvidenceMismatchError: the features come from different extractors, or the classes have other names.
        InvalidEvidenceError: a set has another number of labels than of images.
        TooFewSamplesError: a set has fewer than two images.

    Source: Radford et al. 2016, section 5.1; checked against scikit-learn.
    """
    training = labelled(reference, reference_labels, limit=images, seed=seed)
    test = labelled(held_out, held_out_labels, limit=images, seed=seed)
    correct = test.correct(training.train(l2=l2))
    low, high = wilson_interval(float(correct.sum()), len(correct))
    found = Measured(float(correct.mean()), low=low, high=high, interval="Wilson over held-out images")
    return {"linear_probe": found}
