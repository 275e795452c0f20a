"""From a plan to evidence: each image looked at once, and what can't be made says why to who asks for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from metrics.errors import TooFewSamplesError
from metrics.evidence.kinds import Labels
from metrics.evidence.making import Made, make
from metrics.images.sources import open_images
from metrics.inputs.opening import Opening, open_inputs
from metrics.planning.extractors import ExtractorOptions
from metrics.planning.groups import make_plan
from metrics.planning.selection import Omissions, select


def _made(names: list[str], extractor, **sets) -> Made:
    omissions = Omissions()
    choices = select(names, sets, omissions)
    inputs = open_inputs(sets, {}, Opening())
    (group,) = make_plan(choices, inputs, ExtractorOptions(extractor), omissions).groups
    return make(group, lambda _: None)


def test_metrics_get_what_their_parameters_ask_for(small_extractor, pictures):
    made = _made(["fid", "kid"], small_extractor, generated=pictures(1, 9), reference=pictures(2, 7))
    assert small_extractor.network.images_seen == 16
    fid, kid = (made.of(planned) for planned in made.group.metrics)
    assert {name: item.count for name, item in fid.items()} == {"generated": 9, "reference": 7}
    assert {name: item.count for name, item in kid.items()} == {"generated": 9, "reference": 7}
    assert kid["generated"].provenance.extractor == "small"


def test_what_can_t_be_made_concerns_only_who_needs_it(small_extractor, pictures):
    made = _made(
        ["fid", "inception_score"], small_extractor, generated=pictures(1, 1), reference=pictures(2, 7)
    )
    fid, score = made.group.metrics
    with pytest.raises(TooFewSamplesError, match="at least 2 images; given: 1"):
        made.of(fid)
    assert all(item.count == 1 for item in made.of(score).values())


def test_a_class_has_the_same_number_in_every_set(small_extractor, pictures):
    given = {"generated": ("cat", "dog"), "reference": ("dog", "owl", "cat")}
    sets = {
        role: replace(open_images(pictures(number, 12)), labels=Labels(torch.arange(12) % len(names), names))
        for number, (role, names) in enumerate(given.items())
    }
    made = _made(["classwise_fid"], small_extractor, **sets)
    labels = {name: item for name, item in made.of(made.group.metrics[0]).items() if isinstance(item, Labels)}
    assert {one.names for one in labels.values()} == {("cat", "dog", "owl")}
    (real,) = (one for name, one in labels.items() if name.startswith("reference"))
    assert [real.names[index] for index in real.values[:3]] == ["dog", "owl", "cat"]
