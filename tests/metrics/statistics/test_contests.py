from __future__ import annotations

import pytest
import torch

from metrics.errors import MissingEvidenceError
from metrics.evidence.networks import Contest
from metrics.statistics.contests import (
    judged_real,
    judgement_areas,
    opponents_of,
    require_samples,
    skill_ratings,
)


def _contest(on_generated: torch.Tensor, names: tuple[str, ...]) -> Contest:
    return Contest(names, names, on_generated, torch.ones(len(names), 4))


def test_a_discriminator_does_not_judge_its_own_generator():
    contest = _contest(torch.zeros(3, 3, 2), ("a", "b", "c"))
    assert opponents_of(contest, 1) == [0, 2]
    assert opponents_of(_contest(torch.zeros(1, 1, 2), ("a",)), 0) == [0]


def test_undecided_judgements_count_half():
    assert judged_real(torch.tensor([0.2, 0.5, 0.9])).tolist() == [0, 0.5, 1]


def test_better_players_are_rated_higher():
    generator = torch.Generator().manual_seed(0)
    # Generator 2 fools everyone, generator 0 nobody; discriminator 0 is fooled most.
    chance = torch.tensor([[0.3, 0.6, 0.9], [0.2, 0.5, 0.8], [0.1, 0.4, 0.7]])
    judgements = (torch.rand(3, 3, 200, generator=generator) < chance[:, :, None]).float()
    makers, judges = skill_ratings(_contest(judgements, ("a", "b", "c")), periods=10, tau=0.5)
    assert makers[0].rating < makers[1].rating < makers[2].rating
    assert judges[0].rating < judges[2].rating
    assert makers[0].deviation < 350


def test_areas_are_trapezoids():
    judgements = torch.tensor([[[1.0, 1.0]], [[0.5, 0.5]], [[0.0, 1.0]]])
    assert judgement_areas(judgements).tolist() == [1.25]
    assert judgement_areas(judgements[:1]).tolist() == [1.0]


def test_an_empty_contest_is_refused():
    with pytest.raises(MissingEvidenceError):
        require_samples(_contest(torch.zeros(1, 1, 0), ("a",)), 1)
