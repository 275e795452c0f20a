"""Adversarial accuracy and divergence: whether classifiers learn the same from generated as from real images.

Yang, Kannan, Batra, Parikh: LR-GAN: Layered Recursive Generative Adversarial Networks for Image Generation,
ICLR 2017, arXiv:1703.01560.

It knows nothing of what does not decide the class, and the classifiers here are linear on features: the
accuracy is to be read beside the one that real images teach, told in a note. A memorised training set is
perfect.
"""

from metrics.evidence.kinds import Features, Labels
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.class_scores import divergence
from metrics.statistics.labelled import labelled
from metrics.statistics.resampling import mean_interval, wilson_interval


@register(
    name="adversarial_accuracy",
    title="Adversarial accuracy",
    paper="arXiv:1703.01560",
    quantities=[
        Quantity("adversarial_accuracy", better="higher", ideal=1.0, senses={"fidelity", "diversity"}),
        Quantity(
            "adversarial_divergence",
            better="lower",
            ideal=0.0,
            senses={"fidelity", "diversity"},
            title="Adversarial divergence",
        ),
    ],
)
def adversarial_accuracy(
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
    """Accuracy on real images of a classifier of generated ones, and its divergence from a real one.

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
        `adversarial_accuracy` in [0, 1]; `adversarial_divergence`, the mean over held-out images of
        KL(p_real(y|x) || p_generated(y|x)) in nats, at least 0.

    Raises:
        EvidenceMismatchError: the features come from different extractors, or the classes have other names.
        InvalidEvidenceError: a set has another number of labels than of images.
        TooFewSamplesError: a set has fewer than two images.

    Source: Yang et al. 2017, section 4.2; checked against scikit-learn.
    """
    training = labelled(reference, reference_labels, limit=images, seed=seed)
    test = labelled(held_out, held_out_labels, limit=images, seed=seed)
    made = labelled(generated, generated_labels, limit=images, seed=seed)
    of_made, of_real = made.train(l2=l2), training.train(l2=l2)
    correct = test.correct(of_made)
    low, high = wilson_interval(float(correct.sum()), len(correct))
    note = f"A classifier trained on the training images reaches {float(test.correct(of_real).mean()):.3f}."
    apart = divergence(of_real.probabilities(test.rows), of_made.probabilities(test.rows))
    least, most = mean_interval(apart)
    return {
        "adversarial_accuracy": Measured(
            float(correct.mean()), low=low, high=high, notes=(note,), interval="Wilson over held-out images"
        ),
        "adversarial_divergence": Measured(
            float(apart.mean()), low=max(0.0, least), high=most, interval="mean over held-out images"
        ),
    }
