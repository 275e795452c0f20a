"""A training at one step: networks, average, optimisers, memory; saved and restored to the bit."""

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes
from torch import Tensor, nn

from ganmodels.checkpoints.save import write_atomically
from ganmodels.errors import ResumeError
from ganmodels.networks.shapes import ImageShape
from ganmodels.precision import answer_in_float32
from ganmodels.recipe import Memory, Player, Recipe
from ganmodels.registry import GENERATOR
from ganmodels.training.plan import Plan

METADATA_KEY = "training"
"""The only one in the header: safetensors writes several in no particular order."""


class TrainingState:
    """Everything that one step changes. Chance is not in it: draws are functions of the seed and the step."""

    def __init__(self, plan: Plan, shape: ImageShape, device: torch.device) -> None:
        """Builds the state before the first step."""
        self.step = 0
        self.memory: Memory = dict(plan.recipe.memory)
        networks = plan.model.networks(shape, plan.settings, plan.seed)
        self.networks: nn.ModuleDict = networks.to(device).to(memory_format=torch.channels_last)
        self.average: nn.Module = copy.deepcopy(self.networks[GENERATOR]).requires_grad_(False).eval()
        for network in self.networks.values():
            _prepare(network, plan.recipe)
        self.optimizers = {
            player.name: player.optimizer.make(self.parameters(player)) for player in plan.recipe.players
        }

    def parameters(self, player: Player) -> list[nn.Parameter]:
        """Lists the parameters that a player moves."""
        return [parameter for name in player.networks for parameter in self.networks[name].parameters()]

    def set_learning_rates(self, recipe: Recipe) -> None:
        """Puts the schedule's factor for the next step on every player's learning rate."""
        if recipe.schedule is None:
            return
        factor = recipe.schedule(self.memory)
        for player in recipe.players:
            for group in self.optimizers[player.name].param_groups:
                group["lr"] = player.optimizer.learning_rate * factor

    def remember(self, plan: Plan, losses: Mapping[str, Tensor]) -> None:
        """Makes the memory anew from a step's losses, by "player.loss"."""
        if plan.recipe.update_memory is not None:
            numbers = {name: float(value) for name, value in losses.items()}
            self.memory = plan.model.update_memory(self.memory, numbers, plan.settings)

    def save(self, path: Path, identity: Mapping[str, Any]) -> None:
        """Writes the state with the identity of its training."""
        tensors = {name: value.detach().cpu().contiguous() for name, value in self.tensors().items()}
        told = {"step": self.step, "memory": dict(self.memory), "identity": identity}
        write_atomically(path, to_bytes(tensors, {METADATA_KEY: json.dumps(told, sort_keys=True)}))

    def restore(self, path: Path, wanted: Mapping[str, Any]) -> None:
        """Reads a state that `save` wrote.

        Args:
            path: the file.
            wanted: identity of the training that is to go on.

        Raises:
            ResumeError: no such file, unreadable, or of a training with another identity.
        """
        try:
            with safe_open(path, framework="pt") as file:
                told = json.loads((file.metadata() or {})[METADATA_KEY])
                identity, step, memory = (
                    dict(told["identity"]),
                    int(told["step"]),
                    dict(told.get("memory", {})),
                )
                names = file.keys()
                tensors = {name: file.get_tensor(name) for name in names}
        except (OSError, KeyError, TypeError, AttributeError, ValueError, SafetensorError) as error:
            raise ResumeError(
                f"{path} can't be read as a training's state ({error}); start without --resume"
            ) from error
        _check_identity(identity, json.loads(json.dumps(wanted)))
        try:
            self._fill(tensors)
        except (RuntimeError, KeyError, ValueError) as error:
            raise ResumeError(
                f"{path} does not hold what this training remembers: another version of ganmodels wrote it; "
                "go on with that one, or train anew into another --out"
            ) from error
        self.step, self.memory = step, {**self.memory, **memory}

    def _fill(self, tensors: Mapping[str, Tensor]) -> None:
        self.networks.load_state_dict(_under("networks/", tensors))
        self.average.load_state_dict(_under("average/", tensors))
        for name, optimizer in self.optimizers.items():
            _restore_optimizer(optimizer, _under(f"optimizers/{name}/", tensors))

    def statistics(self) -> list[Tensor]:
        """Lists what layers keep of the batches that they saw, such as running means: floats, no weights."""
        return [buffer for buffer in self.networks.buffers() if buffer.is_floating_point()]

    def tensors(self) -> dict[str, Tensor]:
        """Names every tensor of the state."""
        found = {f"networks/{name}": value for name, value in self.networks.state_dict().items()}
        found |= {f"average/{name}": value for name, value in self.average.state_dict().items()}
        for player, optimizer in self.optimizers.items():
            for index, moments in optimizer.state_dict()["state"].items():
                found |= {f"optimizers/{player}/{index}/{name}": value for name, value in moments.items()}
        return found


@torch.no_grad()
def clip_parameters(parameters: Iterable[nn.Parameter], largest: float) -> None:
    """Puts parameters back into [-largest, largest], in place; 0 leaves them alone."""
    if largest > 0:
        for parameter in parameters:
            parameter.clamp_(-largest, largest)


def _prepare(network: nn.Module, recipe: Recipe) -> None:
    """Makes a network run as the recipe wishes; its weights, and their names, stay as they are."""
    if recipe.precision == "bfloat16":
        answer_in_float32(network)
    if recipe.compile:
        network.compile()


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _restore_optimizer(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        index, _, moment = name.partition("/")
        state.setdefault(int(index), {})[moment] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def _check_identity(saved: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    for key in wanted:
        for told in _differences(key, saved.get(key), wanted[key]):
            raise ResumeError(
                f"the state is of another training: {told}; give the same --set, --seed and --data, or "
                "another --out"
            )


def _differences(path: str, saved: Any, wanted: Any) -> Iterator[str]:
    """Says where two pieces of JSON differ, by the path of each number or word."""
    if isinstance(saved, dict) and isinstance(wanted, dict):
        for key in {**wanted, **saved}:
            yield from _differences(f"{path}.{key}", saved.get(key), wanted.get(key))
    elif isinstance(saved, list) and isinstance(wanted, list) and len(saved) == len(wanted):
        for index, (one, other) in enumerate(zip(saved, wanted, strict=True)):
            yield from _differences(f"{path}.{index}", one, other)
    elif saved != wanted:
        before, now = ("not set" if value is None else value for value in (saved, wanted))
        yield f"{path} was {before} and is now {now}"
