from __future__ import annotations

import pytest

from metrics.catalogue.sfid import sfid
from metrics.registry.metric import METRICS
from metrics.statistics.moments import moments_of
from tests.support.agreement import agrees


@pytest.mark.parametrize(("ddof", "name"), [(1, "frechet_ddof1"), (0, "frechet_ddof0")])
def test_scipy_gave_the_same(make_features, vector_a, vector_b, numbers, ddof, name):
    sets = (moments_of(make_features(values)) for values in (vector_a, vector_b))
    found = sfid(*sets, ddof=ddof)["sfid"]
    agrees(found.value, numbers[name], against="scipy", rel=1e-12)
    assert found.low <= found.value <= found.high
    assert "64 images" in found.notes[0]


def test_its_features_are_the_spatial_ones():
    assert METRICS.get("sfid").output == "spatial"
