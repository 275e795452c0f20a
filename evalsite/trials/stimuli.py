"""From an opaque name to the bytes of a stimulus, alike for every image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from evalsite.samples.encoding import encode_stimulus
from evalsite.samples.errors import FaultyFileError, RefusedImageError
from evalsite.samples.selectors import stored_image
from evalsite.studies.planning import from_json
from evalsite.tasks.protocol import REAL, Stimulus
from evalsite.trials.errors import FaultyStimulusError, NotYoursError
from evalsite.trials.models import Session, Trial
from evalsite.trials.naming import read_stimulus_name


def read_stimulus(session: Session, name: str) -> bytes:
    """The image of that name, verified and encoded as every image of the study is.

    Encoded anew each time: a cache would answer sooner for an image that other raters saw before, and
    generated images, of which there are fewer, would be told by their speed.

    Raises:
        NotYoursError: If the name was not given to this session.
        FaultyStimulusError: If the image can't be shown, now or later.
    """
    place = read_stimulus_name(settings.SECRET_KEY, session.pk, name)
    trial = session.trials.filter(position=place[0]).first() if place else None
    if place is None or trial is None:
        raise NotYoursError("There is no image of this name in your session.")
    return _prepare(session.version.protocol, from_json(trial.plan).stimuli[place[1]])


def find_fault(session: Session, trial: Trial) -> str:
    """Why the trial can't be shown: the reason of the first of its images that can't; empty if all can."""
    for stimulus in from_json(trial.plan).stimuli:
        try:
            _prepare(session.version.protocol, stimulus)
        except FaultyStimulusError as error:
            return error.reason
    return ""


def _prepare(protocol: Mapping[str, Any], stimulus: Stimulus) -> bytes:
    sample_set, name = _sample_set(protocol, stimulus.condition)
    place = f"Position {stimulus.image} of sample set {name!r}"
    try:
        data = stored_image(sample_set, stimulus.image).read()
        return encode_stimulus(data, side_px=protocol["stimulus_px"])
    except FaultyFileError as error:
        raise FaultyStimulusError(f"{place}: the stored file is {error.fault}.") from error
    except RefusedImageError as error:
        raise FaultyStimulusError(f"{place}: the stored file can't be read as an image.") from error


def _sample_set(protocol: Mapping[str, Any], condition: str) -> tuple[int, str]:
    """Key and name of the sample set that stands for a condition."""
    reference = protocol["reference"]
    sets = {c["name"]: (c["sample_set"], c["set_name"]) for c in protocol["conditions"]}
    found: tuple[int, str] = {**sets, REAL: (reference["sample_set"], reference["name"])}[condition]
    return found
