"""From an opaque name to the bytes of a stimulus, alike for every image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from evalsite.samples.encoding import encode_stimulus
from evalsite.samples.models import SampleImage
from evalsite.samples.storage import store
from evalsite.studies.planning import from_json
from evalsite.tasks.protocol import REAL, Stimulus
from evalsite.trials.errors import NotYoursError
from evalsite.trials.models import Session
from evalsite.trials.naming import read_stimulus_name


def read_stimulus(session: Session, name: str) -> bytes:
    """The image of that name, encoded as every image of the study is.

    Encoded anew each time: a cache would answer sooner for an image that other raters saw before, and
    generated images, of which there are fewer, would be told by their speed.

    Raises:
        NotYoursError: If the name was not given to this session.
    """
    place = read_stimulus_name(settings.SECRET_KEY, session.pk, name)
    trial = session.trials.filter(position=place[0]).first() if place else None
    if place is None or trial is None:
        raise NotYoursError("There is no image of this name in your session.")
    sha256 = _find_image(session.version.protocol, from_json(trial.plan).stimuli[place[1]])
    return encode_stimulus(store().read(sha256), side_px=session.version.protocol["stimulus_px"])


def _find_image(protocol: Mapping[str, Any], stimulus: Stimulus) -> str:
    sample_sets = {c["name"]: c["sample_set"] for c in protocol["conditions"]}
    sample_sets[REAL] = protocol["reference"]["sample_set"]
    images = SampleImage.objects.filter(sample_set=sample_sets[stimulus.condition], position=stimulus.image)
    return str(images.values_list("sha256", flat=True).get())
