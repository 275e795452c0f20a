"""GAN-train and GAN-test: whether a classifier learns real classes from generated images, and the reverse.

Shmelkov, Schmid, Alahari: How good is my GAN?, ECCV 2018, arXiv:1807.09499; GAN-train with its top-5 accuracy
is the Classification Accuracy Score of Ravuri, Vinyals: Classification Accuracy Score for Conditional
Generative Models, NeurIPS 2019, arXiv:1905.10887.

It knows nothing of what does not decide the class, and the classifier here is linear on features, not a
network trained from pixels as in the papers: compare with `real_train`, what real images teach the same
classifier, not with printed values. A memorised training set has perfect scores.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.evidence.kinds import Features, Labels
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.labelled import labelled
from metrics.statistics.resampling import wilson_interval

TOP = 5


@register(
    name="gan_train_test",
    title="GAN-train and GAN-test",
    paper="arXiv:1807.09499",
    quantities=[
        Quantity(
            "gan_train",
            better="higher",
            ideal=1.0,
            senses={"fidelity", "diversity"},
            title="GAN-train (Classification Accuracy Score)",
        ),
        Quantity(
            "gan_train_top5",
            better="higher",
            ideal=1.0,
            senses={"fidelity", "diversity"},
            title="Classification Accuracy Score (top 5)",
        ),
        Quantity("gan_test", better="higher", ideal=1.0, senses={"fidelity"}, title="GAN-test"),
        Quantity(
            "real_train",
            better="higher",
            ideal=1.0,
            judges="what real images teach a classifier",
            title="Accuracy of a classifier trained on real images",
        ),
    ],
)
def gan_train_test(
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
    """Accuracies of logistic regressions trained on one set and tested on another.

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
        `gan_train`: trained on generated, tested on held-out images; `gan_train_top5`: the class among the
        five most probable; `gan_test`: trained on training images, tested on generated ones; `real_train`:
        trained on training images, tested on held-out ones. Shares of images in [0, 1].

    Raises:
        EvidenceMismatchError: the features come from different extractors, or the classes have other names.
        InvalidEvidenceError: a set has another number of labels than of images.
        TooFewSamplesError: a set has fewer than two images.

    Source: Shmelkov et al. 2018, section 3; Ravuri and Vinyals 2019, section 3; checked against scikit-learn.
    """
    training = labelled(reference, reference_labels, limit=images, seed=seed)
    test = labelled(held_out, held_out_labels, limit=images, seed=seed)
    made = labelled(generated, generated_labels, limit=images, seed=seed)
    of_made, of_real = made.train(l2=l2), training.train(l2=l2)
    notes = () if test.classes > TOP else (f"Each of the {test.classes} classes is among the top {TOP}.",)
    return {
        "gan_train": _share(test.correct(of_made)),
        "gan_train_top5": _share(test.correct_among(of_made, TOP), *notes),
        "gan_test": _share(made.correct(of_real)),
        "real_train": _share(test.correct(of_real)),
    }


def _share(correct: Float[Tensor, " n"], *notes: str) -> Measured:
    low, high = wilson_interval(float(correct.sum()), len(correct))
    return Measured(
        float(torch.mean(correct)), low=low, high=high, notes=notes, interval="Wilson over tested images"
    )
