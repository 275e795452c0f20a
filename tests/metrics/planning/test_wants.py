"""What a metric needs, and what is lacking in what was given."""

from __future__ import annotations

import pytest
import torch

from metrics import METRICS, open_images
from metrics.evidence.kinds import Features, Images, Labels, Moments, Probabilities, Provenance
from metrics.inputs.opened import OpenedInput, opened_evidence, opened_images, opened_rows
from metrics.planning.wants import Want, lacking, layer_of, outputs_of, wants_of

ORIGIN = Provenance("small", "none", "tf1", "float32", 3)


@pytest.fixture
def images(pictures) -> OpenedInput:
    return opened_images(open_images(pictures(1, 3)))


@pytest.fixture
def rows() -> OpenedInput:
    return opened_rows({"features": torch.zeros(3, 2)}, ORIGIN, None)


def test_wants_follow_the_parameters_and_the_layer():
    fid, score = METRICS.get("fid"), METRICS.get("inception_score")
    assert [(item.role, item.kind, item.output) for item in wants_of(fid, "768")] == [
        (need.role, need.kind, "features_768") for need in fid.needs
    ]
    assert {item.output for item in wants_of(score, "768")} == {"probabilities"}
    assert (layer_of(fid, "768"), layer_of(fid, None)) == ("768", "")
    assert layer_of(METRICS.get("sfid"), "768") == "", "its spatial features are its own"


@pytest.mark.parametrize("kind", [Images, Features, Moments, Probabilities])
def test_images_become_whatever_a_network_makes_of_them(images, kind):
    assert lacking(images, Want("generated", kind, "" if kind is Images else "features")) == ""


def test_images_without_labels_lack_them(images):
    assert "images with labels (a folder for each class" in lacking(images, Want("generated", Labels, ""))


def test_saved_features_become_all_but_images_and_other_outputs(rows):
    assert lacking(rows, Want("generated", Moments, "features")) == ""
    assert "features_768, which the saved features lack" in lacking(
        rows, Want("generated", Features, "features_768")
    )
    assert lacking(rows, Want("generated", Images, "")).startswith("images, not features alone")


def test_saved_moments_are_moments_alone():
    moments = opened_evidence(Moments(torch.zeros(2), 3, ORIGIN, scatter=torch.eye(2)))
    assert lacking(moments, Want("reference", Moments, "features")) == ""
    assert lacking(moments, Want("reference", Features, "features")).startswith(
        "features, not moments alone; give the images"
    )


def test_only_images_need_a_network(images, rows):
    wants = [Want("generated", Features, "features"), Want("generated", Images, "")]
    assert outputs_of(images, wants) == {"features"}
    assert outputs_of(rows, wants) == frozenset()
