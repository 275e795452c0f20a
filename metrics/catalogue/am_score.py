"""AM Score: how unsure a classifier is of each image, and how unlike the real ones the classes' shares are.

Zhou, Cai, Rong, Song, Ren, Zhang, Yu, Wang: Activation Maximization Generative Adversarial Nets, ICLR 2018,
arXiv:1703.02000.

Of real images it sees the classes' shares only, so one memorised image per class is as good as all of them.
Its value for real images is the classifier's own entropy on them, 0 only for a classifier that is always
sure: compare values of one classifier, beside that of held-out real images.
"""

import math

from metrics.evidence.kinds import Probabilities
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.class_scores import am_score as score
from metrics.statistics.class_scores import leave_out_means, summary_rows
from metrics.statistics.resampling import jackknife


@register(
    name="am_score",
    title="AM Score",
    paper="arXiv:1703.02000",
    quantities=[
        Quantity("am_score", better="lower", ideal=-math.inf, senses={"fidelity", "diversity"}),
    ],
)
def am_score(reference: Probabilities, generated: Probabilities, *, seed: int = 0) -> dict[str, Measured]:
    """KL(p*(y) || p(y)) + E H(y|x), in nats.

    Args:
        reference: class probabilities of the training images (n, k); their mean is p*(y).
        generated: class probabilities of the generated images (m, k); their mean is p(y).
        seed: fixes the groups of the jackknife.

    Returns:
        `am_score`, at least 0: 0 if every image's class is certain and the classes' shares are the training
        images'; hundreds if a class of the training images has no probability in any generated image.

    Raises:
        EvidenceMismatchError: the probabilities come from different networks.
        TooFewSamplesError: a set has fewer than two images.

    Source: Zhou et al. 2018, section 5; checked against numpy.
    """
    rows, training = summary_rows(generated.values), reference.values.double()
    value = float(score(rows.mean(dim=0), training.mean(dim=0)))
    means, marginals = leave_out_means(rows, seed=seed), leave_out_means(training, seed=seed + 1)
    groups = min(len(means), len(marginals))
    low, high = jackknife(score(means[:groups], marginals[:groups]), value)
    interval = "jackknife over 20 groups of images"
    return {"am_score": Measured(value, low=low, high=high, interval=interval)}
