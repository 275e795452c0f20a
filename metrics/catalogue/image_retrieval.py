"""Image retrieval: how far held-out real images are from what one finds for them among the generated ones.

Wang, Zhang, van de Weijer: Ensembles of Generative Adversarial Networks, 2016, arXiv:1612.00991.

It does not see bad images as long as good ones are among them, and it depends on how many images there are:
compare values at equal numbers. Distances are those of the extractor.
"""

import math

import torch
from scipy import stats

from metrics.errors import InvalidSettingError, TooFewSamplesError
from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.neighbours import neighbour_table
from metrics.statistics.ordering import at_most
from metrics.statistics.resampling import mean_interval, wilson_interval


@register(
    name="image_retrieval",
    title="Image retrieval",
    paper="arXiv:1612.00991",
    quantities=[
        Quantity(
            "retrieval_distance",
            better="lower",
            ideal=-math.inf,
            senses={"fidelity", "diversity"},
            title="Retrieval distance",
        ),
        Quantity(
            "retrieval_share",
            better="higher",
            ideal=0.5,
            senses={"fidelity", "diversity"},
            title="Retrieval better than from the training images",
        ),
    ],
)
def image_retrieval(
    held_out: Features,
    reference: Features,
    generated: Features,
    *,
    neighbours: int = 1,
    images: int = 10_000,
    seed: int = 0,
) -> dict[str, Measured]:
    """Distance of held-out images to their k-th nearest generated image, beside that to training images.

    Args:
        held_out: features of real images that the generator never saw (n, d): the queries.
        reference: features of the training images (m, d).
        generated: features of the generated images (g, d).
        neighbours: which neighbour k counts.
        images: most images used of each set; equally many training and generated images are searched.
        seed: fixes which images are left out.

    Returns:
        `retrieval_distance`, the mean distance; `retrieval_share`, the share of held-out images for which the
        generated images are nearer than the training images, one half for a generator as good as further
        training images, with the p-value of Wilcoxon's signed-rank test in a note.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        InvalidSettingError: `neighbours` is below 1.
        TooFewSamplesError: fewer than two held-out images, or no more searched images than k.

    Source: Wang et al. 2016, section 4.2; checked against numpy.
    """
    if neighbours < 1:
        raise InvalidSettingError(f"The neighbour that counts is {neighbours}; give 1 or more.")
    size = min(images, reference.count, generated.count)
    if held_out.count < 2 or size <= neighbours:
        raise TooFewSamplesError(
            f"{held_out.count} held-out, {reference.count} training and {generated.count} generated images "
            f"are too few; give at least 2 held-out and {neighbours + 1} of the others."
        )
    queries = at_most(held_out, images, seed)
    made = neighbour_table(queries, at_most(generated, size, seed), neighbours).distances[:, -1]
    real = neighbour_table(queries, at_most(reference, size, seed), neighbours).distances[:, -1]
    nearer = torch.where(made == real, 0.5, (made < real).double())
    low, high = mean_interval(made)
    share_low, share_high = wilson_interval(float(nearer.sum()), len(nearer))
    return {
        "retrieval_distance": Measured(
            float(made.mean()),
            low=max(0.0, low),
            high=high,
            interval="mean over held-out images, for these searched images",
        ),
        "retrieval_share": Measured(
            float(nearer.mean()),
            low=share_low,
            high=share_high,
            notes=(_p_note(made, real),),
            interval="binomial (Wilson) over held-out images, for these searched images",
        ),
    }


def _p_note(made: torch.Tensor, real: torch.Tensor) -> str:
    if torch.equal(made, real):
        return "Generated and training images are equally near to every held-out image."
    p = float(stats.wilcoxon(made.numpy(), real.numpy()).pvalue)
    return f"p = {p:.3g} (Wilcoxon) that generated and training images are equally near to held-out images."
