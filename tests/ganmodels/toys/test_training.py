"""Every model runs on points, by the step of every training."""

import json
from collections.abc import Callable
from pathlib import Path

import torch

from ganmodels.toys.data import get_toy
from ganmodels.toys.networks import Body
from ganmodels.toys.plan import toy_plan
from ganmodels.toys.training import ToyRun, look_steps, one_thread, train_toy
from ganmodels.training.loop import LOG

ShortRun = Callable[..., ToyRun]


def test_every_network_moves_and_points_stay_finite(toy_model: str, short_run: ShortRun) -> None:
    run = short_run(toy_model)
    before = run.plan.model.networks((2, 1, 1), run.plan.settings, run.plan.seed)
    for name, network in run.networks.items():
        moved = dict(network.named_parameters())
        assert any(not torch.equal(old, moved[key]) for key, old in before[name].named_parameters()), name
    assert all(bool(moment.points.isfinite().all()) for moment in run.moments)


def test_same_seed_same_run(short_run: ShortRun) -> None:
    one, same, other = (short_run("wgan_gp", seed=seed) for seed in (1, 1, 2))
    assert torch.equal(one.moments[-1].points, same.moments[-1].points)
    assert not torch.equal(one.moments[-1].points, other.moments[-1].points)


def test_the_same_latents_are_looked_at_every_time(short_run: ShortRun) -> None:
    """Before any step they say what the first weights make of them, after some how those moved."""
    moments = short_run("gan", steps=40).moments
    assert [moment.step for moment in moments] == [0, 10, 40]
    near, far = ((moment.points - moments[0].points).norm(dim=1).mean() for moment in moments[1:])
    assert 0 < float(near) < float(far)


def test_a_clipped_critic_stays_in_bounds(short_run: ShortRun) -> None:
    critic = short_run("wgan", **{"critic.clip": "0.05"}).networks["critic"]
    assert max(float(value.detach().abs().max()) for value in critic.parameters()) <= 0.05 + 1e-7


def test_an_autoencoder_learns_the_plane(short_run: ShortRun, tmp_path: Path) -> None:
    """A few hundred steps bring the energy of real points to a fraction of what it was."""
    plan = toy_plan("autoencoder", {"latent_size": "2"}, steps=200, body=Body(32, 2))
    lines: list[dict[str, float]] = []
    train_toy(plan, get_toy("grid25"), tmp_path, looks=2, on_log=lines.append)
    assert [line["step"] for line in lines] == [50, 100, 150, 200]
    assert lines[-1]["generator.energy"] < 0.5 * lines[0]["generator.energy"]
    assert [json.loads(line)["step"] for line in (tmp_path / LOG).read_text().splitlines()] == [
        50,
        100,
        150,
        200,
    ]


def test_it_stops_where_asked_to_and_looks_once_more(tmp_path: Path) -> None:
    plan = toy_plan("gan", {}, steps=50, body=Body(8, 1))
    run = train_toy(plan, get_toy("ring8"), tmp_path, should_stop=lambda: True)
    assert [moment.step for moment in run.moments] == [0, 1]


def test_looks_begin_and_end_with_the_training() -> None:
    assert look_steps(900, 4) == {0, 100, 400, 900}
    assert look_steps(1, 8) == {0, 1}


def test_threads_are_given_back() -> None:
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before
