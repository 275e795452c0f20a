from __future__ import annotations

import pytest
import torch

from metrics.catalogue.gam import gam
from metrics.errors import MissingEvidenceError
from metrics.evidence.networks import Contest
from tests.support.agreement import agrees


def _contest(names=("mine", "theirs"), discriminators=("mine", "theirs"), *, errors=(4, 9)) -> Contest:
    """Of 19 samples, `errors[0]` of theirs fool my discriminator and `errors[1]` of mine fool theirs."""
    fooled = torch.zeros(2, 2, 19)
    fooled[0, 1, : errors[0]] = 1
    fooled[1, 0, : errors[1]] = 1
    return Contest(discriminators, names, fooled, (torch.arange(19) >= 3).float().repeat(2, 1))


def test_ratios_by_hand():
    found = gam(_contest())
    ratios = [found["gam_sample_ratio"].value, found["gam_test_ratio"].value]
    agrees(ratios, [4.5 / 9.5, 1], against="by hand", rel=1e-6)
    assert found["gam_sample_ratio"].low < 4.5 / 9.5 < found["gam_sample_ratio"].high
    assert found["gam_sample_ratio"].notes == (
        "Sample ratios of mine against theirs 0.474; below 1 mine wins.",
    )


def test_a_model_against_itself_ties():
    found = gam(_contest(errors=(6, 6)))
    assert found["gam_sample_ratio"].value == 1
    assert found["gam_test_ratio"].value == 1


def test_intervals_are_as_wide_as_draws_are_apart():
    """Judges of the same images err together: taken for independent, they made the interval too narrow."""
    generator = torch.Generator().manual_seed(0)
    names = ("mine", "yours", "theirs", "hers")

    def judged(bias: float) -> torch.Tensor:
        alike = 1.5 * torch.randn(80, generator=generator)
        return torch.sigmoid(alike + torch.randn(4, 80, generator=generator) + bias)

    found = []
    for _ in range(150):
        made = torch.stack([judged(-0.5) for _ in names], dim=1)
        found.append(gam(Contest(names, names, made, judged(0.5))))
    for quantity in ("gam_sample_ratio", "gam_test_ratio"):
        logs = torch.tensor(
            [[one[quantity].value, one[quantity].low, one[quantity].high] for one in found]
        ).log()
        claimed = float((logs[:, 2] - logs[:, 1]).mean()) / 3.92
        assert claimed == pytest.approx(float(logs[:, 0].std()), rel=0.15)


def test_changing_sides_inverts_the_ratio():
    one = gam(_contest())["gam_sample_ratio"].value
    other = gam(_contest(errors=(9, 4)))["gam_sample_ratio"].value
    assert one * other == pytest.approx(1)


def test_models_without_discriminators_cannot_compete():
    with pytest.raises(MissingEvidenceError, match="another model with its own"):
        gam(_contest(names=("mine", "stranger")))
