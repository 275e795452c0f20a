"""What makes a conditional GAN itself: images by label."""

from pathlib import Path

import pytest
import torch

from ganmodels.catalogue.cgan import build, discriminator_loss, generator_loss
from ganmodels.checkpoints import load
from ganmodels.errors import DataError, SampleRequestError
from ganmodels.recipe import Batch
from ganmodels.seeds import torch_rng


def _batch(labels: torch.Tensor | None) -> Batch:
    return Batch(torch.zeros(6, 1, 16, 16), 8, torch_rng(0), labels=labels, class_count=3)


def test_real_images_bring_their_classes_and_generated_ones_draw_theirs() -> None:
    torch.manual_seed(0)
    networks = build((1, 16, 16), latent_size=8, class_count=3, width=4)
    one, other = (
        discriminator_loss(networks, _batch(torch.full((6,), label)))["loss"].item() for label in (0, 2)
    )
    assert one != other
    assert generator_loss(networks, _batch(None))["loss"].isfinite()
    assert set(_batch(None).sample_labels().tolist()) <= {0, 1, 2}
    with pytest.raises(DataError, match="no labels"):
        discriminator_loss(networks, _batch(None))


def test_images_are_sampled_by_label(checkpoints: dict[str, Path]) -> None:
    generator = load(checkpoints["cgan"])
    assert generator.class_count == 10
    of_three = generator.sample(40, seed=1, labels=3)
    assert not torch.equal(of_three, generator.sample(40, seed=1, labels=4))
    mixed = torch.arange(40) % 10
    both = generator.sample(40, seed=1, labels=mixed)
    assert torch.equal(both[mixed == 3], of_three[mixed == 3])
    parts = generator.sample(7, seed=1, start=30, labels=mixed[30:37], batch_size=2)
    assert torch.equal(parts, both[30:37])


def test_without_labels_each_image_has_its_own_drawn_one(checkpoints: dict[str, Path]) -> None:
    generator = load(checkpoints["cgan"])
    drawn = generator.sample_labels(500, seed=1)
    assert drawn.bincount(minlength=10).min() > 25
    assert torch.equal(generator.sample_labels(5, seed=1, start=70), drawn[70:75])
    assert torch.equal(generator.sample(40, seed=1), generator.sample(40, seed=1, labels=drawn[:40]))


@pytest.mark.parametrize("labels", [10, -1, torch.zeros(3).long()])
def test_other_labels_are_refused(checkpoints: dict[str, Path], labels: int | torch.Tensor) -> None:
    with pytest.raises(SampleRequestError, match="0 to 9"):
        load(checkpoints["cgan"]).sample(4, seed=0, labels=labels)


def test_a_model_without_classes_takes_no_labels(checkpoints: dict[str, Path]) -> None:
    assert load(checkpoints["gan"]).class_count is None
    with pytest.raises(SampleRequestError, match="knows no classes"):
        load(checkpoints["gan"]).sample(4, seed=0, labels=1)
