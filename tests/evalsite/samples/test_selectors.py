from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from evalsite.samples.errors import DamagedFileError, MissingFileError
from evalsite.samples.models import SampleSet
from evalsite.samples.selectors import image_paths, stored_image
from evalsite.samples.services import import_sample_set
from tests.support.damage import alter

pytestmark = pytest.mark.django_db


@pytest.fixture
def pets(archive: Callable[..., Path], encoded: Callable[..., bytes], now: datetime) -> SampleSet:
    source = archive({f"{number}.png": encoded(number) for number in range(3)})
    return import_sample_set(name="pets", kind="reference", source=source, now=now).sample_set


def test_an_altered_image_is_named_by_its_set_and_place_and_never_handed_out(pets: SampleSet) -> None:
    alter(image_paths(pets)[1])
    with pytest.raises(DamagedFileError, match=r"Position 1 of sample set 'pets'.*is damaged.*check_store"):
        stored_image(pets.pk, 1).read()
    with pytest.raises(DamagedFileError, match="Position 1 of sample set 'pets'"):
        image_paths(pets)
    assert len(image_paths(pets, most=1)) == 1
    assert stored_image(pets.pk, 2).read()


def test_a_missing_file_and_a_missing_row_are_named(pets: SampleSet) -> None:
    image_paths(pets)[0].unlink()
    with pytest.raises(MissingFileError, match=r"Position 0 of sample set 'pets'.*is missing"):
        stored_image(pets.pk, 0).read()
    with pytest.raises(MissingFileError, match="no image at position 9"):
        stored_image(pets.pk, 9)


def test_importing_the_same_images_again_repairs_the_first_set(
    pets: SampleSet, archive: Callable[..., Path], encoded: Callable[..., bytes], now: datetime
) -> None:
    damaged, lost, _ = image_paths(pets)
    alter(damaged)
    lost.unlink()
    source = archive({f"{number}.png": encoded(number) for number in range(3)}, name="again.zip")
    import_sample_set(name="pets again", kind="reference", source=source, now=now)
    assert len(image_paths(pets)) == 3
