"""Linear separability: whether a plane in latent space parts images with an attribute from those without.

Karras, Laine, Aila: A Style-Based Generator Architecture for Generative Adversarial Networks, CVPR 2019,
arXiv:1812.04948.

It judges the latent space, not the images, and only for attributes that a classifier recognises: here one
class against the others, where the paper has 40 attributes of faces and networks trained on them. A class
that is never made is separated perfectly.
"""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor

from metrics.errors import EvidenceMismatchError, TooFewSamplesError
from metrics.evidence.kinds import Embedder, Features, Labels
from metrics.evidence.networks import GeneratorLike
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.classifiers import Classifier, fit_linear
from metrics.statistics.labelled import labelled
from metrics.statistics.latents import LatentSpace, latent_space
from metrics.statistics.resampling import groups_of, jackknife, without

BATCH = 64


@register(
    name="linear_separability",
    title="Linear separability",
    paper="arXiv:1812.04948",
    quantities=[
        Quantity("linear_separability", better="lower", ideal=-math.inf, senses={"smoothness"}),
    ],
)
def linear_separability(
    reference: Features,
    reference_labels: Labels,
    generator: GeneratorLike,
    embed: Embedder,
    *,
    space: str = "z",
    samples: int = 2000,
    images: int = 10_000,
    l2: float = 1e-3,
    seed: int = 0,
) -> dict[str, Measured]:
    """exp(sum over classes of H(Y|X)): Y is the class seen in an image, X the side of a plane in the space.

    A classifier of real images names the class of generated ones, of which the surer half is kept. Half of
    those show where each class's plane lies, and the other half how well it parts.

    Args:
        reference: features of labelled real images (n, d).
        reference_labels: their classes (n,).
        generator: the generator.
        embed: the extractor of `reference`.
        space: "z", the latents, or "w", the styles.
        samples: number of images made; the paper makes 200,000.
        images: most real images used.
        l2: strength of the penalty on the weights of both classifiers.
        seed: fixes the samples and which real images are left out.

    Returns:
        `linear_separability`, at least 1; 1 if every class lies on its side of a plane.

    Raises:
        EvidenceMismatchError: `embed` is not the extractor of the features.
        InvalidEvidenceError: another number of labels than of images.
        MissingEvidenceError: space w of a generator without styles.
        TooFewSamplesError: fewer than 80 samples, or fewer than two real images.

    Source: Karras et al. 2019, section 4.2; checked against scikit-learn's mutual information.
    """
    differing = reference.provenance.differences(embed.provenance)
    if differing:
        raise EvidenceMismatchError(
            f"The features and the embedding differ in {', '.join(differing)}; take both from one extractor."
        )
    if samples < 80:
        raise TooFewSamplesError(f"{samples} samples can't show what separates them; make at least 80.")
    classifier = labelled(reference, reference_labels, limit=images, seed=seed).train(l2=l2)
    points, seen = _sure_half(
        generator, embed, classifier, latent_space(generator, space), samples=samples, seed=seed
    )
    half = len(points) // 2
    sides = torch.stack(
        [
            fit_linear(points[:half], (seen[:half] == one).long(), classes=2, l2=l2).predict(points[half:])
            for one in range(len(reference_labels.names))
        ]
    )
    truth = torch.stack([(seen[half:] == one).long() for one in range(len(sides))])
    value = _score(sides, truth)
    kept = [without(group, truth.shape[1]) for group in groups_of(truth.shape[1], 20, seed)]
    left = torch.tensor([_score(sides[:, rows], truth[:, rows]) for rows in kept], dtype=torch.float64)
    low, high = jackknife(left, value)
    found = Measured(value, low=max(1.0, low), high=high, interval="jackknife over 20 groups of samples")
    return {"linear_separability": found}


@torch.no_grad()
def _sure_half(
    generator: GeneratorLike,
    embed: Embedder,
    classifier: Classifier,
    space: LatentSpace,
    *,
    samples: int,
    seed: int,
) -> tuple[Float[Tensor, "m p"], Int[Tensor, " m"]]:
    """Points of latent space and the classes seen in their images, for the half that are surer."""
    low, high = generator.image_range
    points = space.locate(generator.sample_latent(samples, seed))
    chances = torch.cat(
        [
            classifier.probabilities(embed((space.images(batch) - low) * (255 / (high - low))))
            for batch in torch.split(points, BATCH)
        ]
    )
    surest = chances.max(dim=1)
    kept = surest.values.argsort(descending=True, stable=True)[: samples // 2].sort().values
    # Every other one, so that both halves hold images of every degree of sureness.
    kept = torch.cat([kept[::2], kept[1::2]])
    return points[kept], surest.indices[kept]


def _score(sides: Int[Tensor, "k m"], truth: Int[Tensor, "k m"]) -> float:
    """The exponential of the sum over classes of H(truth | side) in nats."""
    return math.exp(sum(conditional_entropy(side, true) for side, true in zip(sides, truth, strict=True)))


def conditional_entropy(given: Int[Tensor, " m"], of: Int[Tensor, " m"]) -> float:
    """H(of | given) in nats for two binary sequences."""
    joint = torch.bincount(2 * given + of, minlength=4).double().reshape(2, 2) / len(of)
    marginal = joint.sum(dim=1, keepdim=True).expand_as(joint)
    return float((torch.xlogy(joint, marginal) - torch.xlogy(joint, joint)).sum())
