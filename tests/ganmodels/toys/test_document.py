"""What `docs/toys.md` claims holds; each claim leaves room for another processor's rounding."""

import re

import pytest

from ganmodels.toys.scores import mode_scores
from tests.ganmodels.toys import document


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gan", "lsgan"])
def test_trained_by_their_recipes_gan_and_lsgan_end_at_one_mode(name: str) -> None:
    run = document.collapse(name)
    scores = mode_scores(run.moments[-1].points, run.toy)
    assert scores.modes_covered <= 2
    assert scores.high_quality > 0.5
    assert max(document.nearest_shares(run)) > 0.6


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_wgan_gp_spreads_its_points_over_all_modes() -> None:
    run = document.collapse("wgan_gp")
    covered = max(mode_scores(moment.points, run.toy).modes_covered for moment in run.moments[-2:])
    assert covered >= 7
    shares = document.nearest_shares(run)
    assert 0.5 / 8 < min(shares) <= max(shares) < 2 / 8


@pytest.mark.slow
def test_clipped_gradients_explode_or_vanish_with_depth_and_penalised_ones_do_neither() -> None:
    exploding, between, vanishing = (document.deep_critic(bound).growth for bound in document.BOUNDS)
    assert exploding > between > 1.3
    assert vanishing < 0.5
    penalised = document.deep_critic("")
    assert 0.8 < penalised.growth < 1.25
    assert 0.1 < min(penalised.by_layer) <= max(penalised.by_layer) < 10
    assert float(penalised.slopes.median()) == pytest.approx(1, abs=0.2)


@pytest.mark.slow
def test_clipped_weights_pile_up_at_the_bound_by_training() -> None:
    """They start within half of it; evenly spread over the whole range, a thousandth would be there."""
    clipped, penalised = document.held_critic(document.PILED), document.held_critic("")
    assert clipped.at_bound > 0.1
    assert penalised.at_bound == 0
    assert float(clipped.slopes.median()) < 0.05
    assert float(penalised.slopes.median()) == pytest.approx(1, abs=0.1)


@pytest.mark.slow
def test_the_trained_discriminator_is_near_the_closed_form() -> None:
    found = document.optimum()
    assert found.mean_error < 0.06
    assert found.largest_error < 0.4


def test_the_page_is_the_scripts_and_shows_every_picture() -> None:
    """Its words are the script's; its numbers are the runs', which the claims above are held against."""
    fixed = re.split(r"\{\w+\}", document.PAGE.read_text())
    page, at = document.DOCUMENT.read_text(), 0
    for part in fixed:
        at = page.index(part, at) + len(part)
    shown = set(re.findall(r"\(images/toys/(\w+)\.png\)", page))
    assert shown == {path.stem for path in document.PICTURES.glob("*.png")}
    assert all(path.stat().st_size < 200_000 for path in document.PICTURES.glob("*.png"))
