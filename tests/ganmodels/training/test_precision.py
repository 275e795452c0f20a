"""Precision and compiling: what runs in which, and what never does."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from ganmodels.errors import ResumeError, SettingError
from ganmodels.losses.gradient_penalty import gradient_penalty
from ganmodels.precision import full, mixed, products_on_gpu
from ganmodels.registry import get_model, model_names
from ganmodels.training.data import ImageData
from ganmodels.training.loop import LOG, STATE, train
from ganmodels.training.plan import Plan
from ganmodels.training.state import TrainingState

CPU = torch.device("cpu")
QUICK = ("infogan", "vae", "wgan_gp")
"""A head called apart from its trunk, a likelihood of probabilities, a second derivative."""
TRAINED = [
    name if name in QUICK else pytest.param(name, marks=pytest.mark.slow)
    for name in model_names()
    if get_model(name).recipe.players
]
MakePlan = Callable[..., Plan]


@pytest.mark.parametrize("name", TRAINED)
def test_every_model_trains_in_bfloat16_near_float32(
    name: str, make_plan: MakePlan, small_data: ImageData, tmp_path: Path
) -> None:
    """The first step's losses, before roundings have led two games apart."""
    told: dict[str, dict[str, float]] = {}
    for precision in ("float32", "bfloat16"):
        plan = replace(make_plan(name, steps=1, precision=precision), log_every=1)
        train(plan, small_data, tmp_path / precision)
        told[precision] = json.loads((tmp_path / precision / LOG).read_text())
        assert ("precision" in plan.recipe.as_json()) == (precision == "bfloat16")
    for key in told["float32"].keys() - {"images_per_s", "waiting_for_data"}:
        assert told["bfloat16"][key] == pytest.approx(told["float32"][key], rel=0.05, abs=0.05), key


def test_layers_multiply_in_bfloat16_and_networks_answer_in_float32(
    make_plan: MakePlan, small_data: ImageData
) -> None:
    seen: list[torch.dtype] = []
    state = TrainingState(make_plan("wgan_gp", precision="bfloat16"), small_data.shape, CPU)
    critic = state.networks["critic"]
    assert isinstance(critic, nn.Sequential)
    critic[0].register_forward_hook(lambda _layer, _inputs, answer: seen.append(answer.dtype))
    with mixed("bfloat16", CPU):
        assert critic(torch.zeros(2, 1, 16, 16)).dtype == torch.float32
    assert seen == [torch.bfloat16]
    assert {parameter.dtype for parameter in state.networks.parameters()} == {torch.float32}


def test_a_gradient_penalty_is_float32_in_any_training() -> None:
    critic, rng = nn.Linear(8, 1), torch.Generator().manual_seed(0)
    real, generated = torch.randn(4, 8, generator=rng), torch.randn(4, 8, generator=rng)
    expected = gradient_penalty(critic, real, generated, torch.full((4,), 0.5))
    with mixed("bfloat16", CPU):
        assert critic(real).dtype == torch.bfloat16
        assert torch.equal(gradient_penalty(critic, real, generated, torch.full((4,), 0.5)), expected)


def test_what_is_differentiated_twice_runs_uncompiled() -> None:
    compiled: list[str] = []

    def backend(graph: torch.fx.GraphModule, _inputs: list[Tensor]) -> Callable[..., object]:
        compiled.append("graph")
        return graph.forward

    critic = nn.Linear(3, 1)
    critic.compile(backend=backend)
    points = torch.ones(2, 3, requires_grad=True)
    with full(CPU):
        (slopes,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    slopes.square().sum().backward()
    assert compiled == []
    assert critic.weight.grad is not None
    critic(points)
    assert compiled == ["graph"]


def test_a_gpus_products_are_rounded_only_where_it_was_asked_for() -> None:
    def flags() -> tuple[str, bool]:
        return torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32

    before = flags()
    for precision, expected in (("float32", ("highest", False)), ("tf32", ("high", True))):
        with products_on_gpu(precision):
            assert flags() == expected
        assert flags() == before


def test_precision_is_part_of_a_training_and_compiling_is_not(
    make_plan: MakePlan, small_data: ImageData, tmp_path: Path
) -> None:
    train(make_plan("gan"), small_data, tmp_path)
    with pytest.raises(ResumeError, match=r"recipe\.precision was not set and is now bfloat16"):
        train(make_plan("gan", precision="bfloat16"), small_data, tmp_path, resume=True)
    TrainingState(make_plan("gan", compile="true"), small_data.shape, CPU).restore(
        tmp_path / STATE, make_plan("gan").identity(small_data)
    )
    with pytest.raises(SettingError, match="did you mean 'bfloat16'"):
        make_plan("gan", precision="float16")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning")  # torch's own, of its tracing
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", ["wgan_gp", "infogan", "began"])
def test_compiled_networks_take_the_same_steps(
    name: str, make_plan: MakePlan, small_data: ImageData, tmp_path: Path
) -> None:
    told: dict[str, dict[str, float]] = {}
    for compiled in ("false", "true"):
        plan = replace(make_plan(name, compile=compiled), log_every=2)
        train(plan, small_data, tmp_path / compiled)
        told[compiled] = json.loads((tmp_path / compiled / LOG).read_text())
    for key in told["false"].keys() - {"images_per_s", "waiting_for_data"}:
        assert told["true"][key] == pytest.approx(told["false"][key], rel=1e-3, abs=1e-4), key
