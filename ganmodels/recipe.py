"""A recipe: how a model is trained, as data that the one training loop follows."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from ganmodels.errors import DataError, SettingError
from ganmodels.settings import About, Setting, Value
from ganmodels.shares import WHOLE, Share

Losses = dict[str, Float[Tensor, ""]]
"""Named scalars of one update: "loss" is minimised, the others are logged."""

Memory = Mapping[str, float]
"""Named numbers that live through a training, such as BEGAN's k; saved with its state."""

UpdateMemory = Callable[..., Memory]
"""update_memory(memory, losses, *, settings...) -> memory after a step; pure. `losses` is a mapping from
"player.loss" to the number that the player's last move of the step came to."""

Schedule = Callable[[Memory], float]
"""schedule(memory) -> factor on every learning rate in the next step; pure."""


@dataclass(frozen=True)
class Batch:
    """What an objective is computed on: real images, and a source of chance of its own.

    Where several processes share a batch, each draws for all of its images and keeps what belongs to its own:
    what an image is paired with does not depend on the number of processes.

    Attributes:
        images: real images, this process's.
        latent_size: dimensions of a latent.
        rng: this batch's own, the same in all processes.
        labels: classes of the real images; `None` where the model takes none.
        class_count: number of classes; 0 where the model takes none.
        memory: the training's, before this step.
        share: which images of the batch these are.
    """

    images: Float[Tensor, "n c h w"]
    latent_size: int
    rng: torch.Generator
    labels: Int[Tensor, " n"] | None = None
    class_count: int = 0
    memory: Memory = field(default_factory=dict)
    share: Share = WHOLE

    def latents(self) -> Float[Tensor, "n latent"]:
        """Draws one latent per image from the prior N(0, I)."""
        return self.normal(len(self.images), self.latent_size)

    def normal(self, rows: int, *shape: int) -> Tensor:
        """Draws standard normal numbers from the CPU's stream, so that all devices agree.

        Args:
            rows: one for each image.
            shape: of a row.
        """
        return self._own(torch.randn(self.share.all(rows), *shape, generator=self.rng))

    def uniform(self, rows: int, *shape: int) -> Tensor:
        """Draws numbers uniform in [0, 1) from the same stream; see `normal`."""
        return self._own(torch.rand(self.share.all(rows), *shape, generator=self.rng))

    def real_labels(self) -> Int[Tensor, " n"]:
        """Returns the classes of the real images.

        Raises:
            DataError: the training images have none.
        """
        if self.labels is None:
            raise DataError(
                "this model is trained on classes and the images have no labels; see train --help"
            )
        return self.labels

    def sample_labels(self) -> Int[Tensor, " n"]:
        """Draws one class per image, uniformly."""
        rows = self.share.all(len(self.images))
        return self._own(torch.randint(max(self.class_count, 1), (rows,), generator=self.rng))

    def _own(self, drawn: Tensor) -> Tensor:
        return self.share.of(drawn).to(self.images.device)


Objective = Callable[..., Losses]
"""objective(networks, batch, *, settings...) -> losses; pure but for the batch's chance."""


@dataclass(frozen=True)
class Optimizer(ABC):
    """An optimiser's numbers; each kind is a class of its own."""

    learning_rate: float

    @abstractmethod
    def make(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """Makes the optimiser for these parameters."""


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adam's numbers (arXiv:1412.6980)."""

    betas: tuple[float, float] = (0.9, 0.999)

    def make(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """Makes the optimiser for these parameters."""
        return torch.optim.Adam(parameters, lr=self.learning_rate, betas=self.betas)


@dataclass(frozen=True)
class RMSprop(Optimizer):
    """RMSprop's numbers (Tieleman & Hinton 2012, lecture 6.5); `decay` of the average of squared slopes."""

    decay: float = 0.99

    def make(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """Makes the optimiser for these parameters."""
        return torch.optim.RMSprop(parameters, lr=self.learning_rate, alpha=self.decay)


@dataclass(frozen=True)
class Player:
    """One side of the game.

    Attributes:
        networks: those that it moves.
        objective: whose "loss" it lowers.
        optimizer: by what.
        updates: its moves per step.
        clip: every parameter of its networks is put back into [-clip, clip] after each move; 0 is off.
    """

    networks: tuple[str, ...]
    objective: Objective
    optimizer: Optimizer
    updates: int = 1
    clip: float = 0.0

    @property
    def name(self) -> str:
        """Its first network's name, by which settings and the log call it."""
        return self.networks[0]


Precision = Literal["float32", "tf32", "bfloat16"]

_BATCH_SIZE = Setting("batch_size", int, 64, About("images per update, of all processes together", 2, 65536))
_EMA_DECAY = Setting("ema_decay", float, 0.0, About("share of the old average that one step keeps", 0.0, 1.0))
_PRECISION = Setting(
    "precision",
    str,
    "float32",
    About("of products: float32, tf32 (NVIDIA's, 10 bits), or bfloat16 but for second derivatives"),
    get_args(Precision),
)
_COMPILE = Setting("compile", bool, False, About("compile the networks first, by torch.compile"))
_LEARNING_RATE = Setting("learning_rate", float, 0.0, About("step size of the optimiser", 0.0, 10.0))
_OWN = (_BATCH_SIZE, _EMA_DECAY, _PRECISION, _COMPILE)
"""What is set once for all players, by the attribute's name."""
_UPDATES = Setting("updates", int, 1, About("moves of this player per step", 1, 1000))
_CLIP = Setting("clip", float, 0.0, About("largest size of a weight; 0 is no limit", 0.0, 1e3))


@dataclass(frozen=True)
class Recipe:
    """The paper's numbers.

    Attributes:
        title: the model's name as papers write it.
        paper: "arXiv:…".
        image_range: lowest and highest value of the images that the networks see and answer.
        players: who moves, in order, in one step.
        batch_size: images per update, of all processes together.
        steps: steps of a full training; a step is one round of all players.
        ema_decay: of the exponential average of the generator's weights that checkpoints hold; 0 turns it
            off.
        departures: where our default differs from the paper's, and why; by setting.
        memory: numbers that live through the training, as they are before the first step.
        update_memory: makes them anew after every step.
        schedule: factor on the learning rates, from the memory.
        signal: the logged number ("player.loss" or "memory.name") that tells how far the training is, where
            the model has one; lower is better.
        precision: in which networks multiply; weights, losses and second derivatives are float32 in all.
        compile: whether networks are compiled first; changes speed, and numbers by rounding only.
    """

    title: str
    paper: str
    image_range: tuple[float, float]
    players: tuple[Player, ...]
    batch_size: int
    steps: int
    ema_decay: float
    departures: Mapping[str, str] = field(default_factory=dict)
    memory: Memory = field(default_factory=dict)
    update_memory: UpdateMemory | None = None
    schedule: Schedule | None = None
    signal: str = ""
    precision: Precision = "float32"
    compile: bool = False

    @property
    def functions(self) -> tuple[Callable[..., Any], ...]:
        """Whatever takes settings: the players' objectives and the update of the memory."""
        own = (player.objective for player in self.players)
        return (*own, self.update_memory) if self.update_memory is not None else tuple(own)

    def overrides(self) -> dict[str, Setting]:
        """Lists the numbers of the recipe that a training may change, by the name that `--set` takes."""
        found = {setting.name: replace(setting, default=getattr(self, setting.name)) for setting in _OWN}
        for player in self.players:
            own = {_LEARNING_RATE: player.optimizer.learning_rate, _UPDATES: player.updates}
            if player.clip:
                own[_CLIP] = player.clip
            for setting, default in own.items():
                name = f"{player.name}.{setting.name}"
                found[name] = replace(setting, name=name, default=default)
        return found

    def override(self, values: Mapping[str, Value]) -> "Recipe":
        """Returns the recipe with some of its `overrides` changed.

        Raises:
            SettingError: a name is none of `overrides`, or its value is out of range.
        """
        known = self.overrides()
        unknown = values.keys() - known.keys()
        if unknown:
            raise SettingError(
                f"the recipe of {self.title} has no number '{min(unknown)}'; known: {', '.join(known)}"
            )
        new: dict[str, Any] = {
            name: known[name].check(values.get(name, known[name].default)) for name in known
        }
        players = tuple(
            replace(
                player,
                optimizer=replace(player.optimizer, learning_rate=new[f"{player.name}.learning_rate"]),
                updates=new[f"{player.name}.updates"],
                clip=new.get(f"{player.name}.clip", player.clip),
            )
            for player in self.players
        )
        return replace(self, players=players, **{setting.name: new[setting.name] for setting in _OWN})

    def as_json(self) -> dict[str, Any]:
        """Returns the recipe as plain JSON data, functions by name.

        What changes no number of a training, or what a model does without, is left out.
        """
        plain = {name: getattr(self, name) for name in ("title", "paper", "batch_size", "ema_decay")}
        rare = {
            "memory": dict(self.memory),
            "schedule": getattr(self.schedule, "__name__", ""),
            "precision": self.precision if self.precision != _PRECISION.default else "",
        }
        return {
            **plain,
            "image_range": list(self.image_range),
            "players": [_player_json(player) for player in self.players],
            **{name: value for name, value in rare.items() if value},
        }


def _player_json(player: Player) -> dict[str, Any]:
    return {
        "networks": list(player.networks),
        "objective": player.objective.__name__,
        "optimizer": {"name": type(player.optimizer).__name__.lower(), **asdict(player.optimizer)},
        "updates": player.updates,
        **({"clip": player.clip} if player.clip else {}),
    }
