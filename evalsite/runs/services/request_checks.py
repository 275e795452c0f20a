"""What every request for background work checks before it makes a job."""

from __future__ import annotations

from evalsite.runs.errors import InvalidRequestError
from evalsite.samples.errors import InvalidNameError
from evalsite.samples.models import SampleSet
from evalsite.samples.names import check_name


def check_seed(seed: int) -> None:
    """Raise ``InvalidRequestError`` unless the seed fits the database."""
    if not 0 <= seed < 2**63:
        raise InvalidRequestError(f"The seed was {seed}; give a whole number from 0 to 2^63 - 1.")


def chosen_name(name: str) -> str:
    """The name, trimmed. Raises ``InvalidRequestError`` if it can't be one."""
    try:
        return check_name(name)
    except InvalidNameError as error:
        raise InvalidRequestError(f"{error} (--name, or the field Name).") from error


def check_images_are_held(*sample_sets: SampleSet | None) -> None:
    """Raise ``InvalidRequestError`` for a set of which only judgements or values were imported."""
    for one in filter(None, sample_sets):
        if one.count == 0:
            raise InvalidRequestError(
                f"The images of {one.name!r} are not held here; choose a set with images."
            )
