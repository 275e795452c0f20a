"""A plan groups metrics by extractor, and is made before any image is looked at."""

from __future__ import annotations

import pytest

from metrics.errors import MissingEvidenceError
from metrics.inputs.opening import Opening, open_inputs
from metrics.planning.extractors import ExtractorOptions, open_for
from metrics.planning.groups import Plan, make_plan
from metrics.planning.selection import Omissions, select
from tests.support.metric_world import ToyGenerator


@pytest.fixture
def plan_for(pictures):
    """`plan_for(names, **options)`: a plan for 6 generated images and 4 real ones."""

    def make(names: list[str], omissions: Omissions | None = None, **options) -> Plan:
        omissions = omissions or Omissions()
        sets = {"generated": pictures(1, 6), "reference": pictures(2, 4)}
        networks = {"generator": ToyGenerator()} if "perceptual_path_length" in names else {}
        inputs = open_inputs(sets, networks, Opening())
        choices = select(names, [*sets, *networks], omissions, settings={}, seed=3)
        return make_plan(choices, inputs, ExtractorOptions(**options), omissions)

    return make


def test_metrics_of_one_extractor_share_a_pass_over_each_set(plan_for, small_extractor):
    plan = plan_for(["fid", "kid", "inception_score"], extractor=small_extractor)
    (group,) = plan.groups
    assert [planned.metric.name for planned in group.metrics] == ["fid", "kid", "inception_score"]
    assert sorted(step.image_count for step in group.steps) == [4, 6]
    assert plan.image_count == 10
    assert small_extractor.network.images_seen == 0


def test_an_image_that_two_extractors_look_at_counts_twice(plan_for):
    plan = plan_for(["mode_score", "mmd"])
    assert [group.facts.name for group in plan.groups] == ["efficientnet_lite0", "inception_v3"]
    assert plan.image_count == 2 * (6 + 4)


def test_settings_are_settled_in_the_plan(plan_for, small_extractor):
    (group,) = plan_for(["kid"], extractor=small_extractor).groups
    assert group.metrics[0].settings["seed"] == 3


@pytest.mark.parametrize(
    ("names", "backend"), [(["fid"], "auto"), (["fid", "perceptual_path_length"], "torch")]
)
def test_what_needs_gradients_is_run_by_torch(plan_for, small_extractor, monkeypatch, names, backend):
    """Other backends give none, and would end in an error after the first images."""
    asked = []

    def opened(key, outputs, options):
        asked.append(options.backend)
        return open_for(key, outputs, options)

    monkeypatch.setattr("metrics.planning.groups.open_for", opened)
    plan_for(names, extractor=small_extractor)
    assert asked == [backend]


def test_what_needs_no_network_opens_none(plan_for):
    (group,) = plan_for(["ssim"]).groups
    assert all(step.over is None for step in group.steps)


def test_an_output_that_the_extractor_lacks_leaves_out_its_metric_alone(plan_for, small_extractor):
    omissions = Omissions(listener=lambda _: None)
    (group,) = plan_for(["fid", "sfid"], omissions, extractor=small_extractor).groups
    assert [planned.metric.name for planned in group.metrics] == ["fid"]
    assert [(item.metric, "gives no spatial" in item.reason) for item in omissions.found] == [("sfid", True)]
    with pytest.raises(MissingEvidenceError, match="gives no spatial"):
        plan_for(["fid", "sfid"], extractor=small_extractor)
