"""The catalogue, read: every file of `ganmodels/catalogue` is a model, and its stem is the model's name."""

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import torch
from torch import nn

from ganmodels import catalogue
from ganmodels.errors import MalformedModelError, ModelNameError, did_you_mean
from ganmodels.networks.shapes import ImageShape
from ganmodels.recipe import Batch, Losses, Memory, Player, Recipe
from ganmodels.seeds import derive
from ganmodels.settings import Setting, Value, resolve, settings_of

GENERATOR = "generator"
LATENT_SIZE = "latent_size"
CLASS_COUNT = "class_count"
"""Setting of a conditional model: its generator takes `(latents, labels)`."""
_SHOWN = 80


@dataclass(frozen=True)
class Model:
    """One catalogue file.

    Attributes:
        name: stem of its file.
        documentation: its docstring.
        build: from image shape and settings to networks.
        recipe: how it is trained.
        settings: what `build` and the objectives take, by name.
    """

    name: str
    documentation: str
    build: Callable[..., nn.ModuleDict]
    recipe: Recipe
    settings: Mapping[str, Setting]

    @property
    def summary(self) -> str:
        """The first sentence of its documentation."""
        return self.documentation.strip().splitlines()[0]

    def resolve(self, given: Mapping[str, object]) -> dict[str, Value]:
        """Completes settings with defaults; raises `SettingError` where one is unknown or out of range."""
        return resolve(self.settings, given, self.name)

    def networks(self, shape: ImageShape, settings: Mapping[str, Value], seed: int) -> nn.ModuleDict:
        """Builds the networks with initial weights that depend on the seed alone."""
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(derive(seed, "weights"))
            return self.build(shape, **_taken(self.build, settings))

    def losses(
        self, player: Player, networks: nn.ModuleDict, batch: Batch, settings: Mapping[str, Value]
    ) -> Losses:
        """Computes a player's objective with those of the settings that it takes."""
        return player.objective(networks, batch, **_taken(player.objective, settings))

    def class_count(self, settings: Mapping[str, Value]) -> int | None:
        """Returns the number of classes that the model is conditioned on, or None where there are none."""
        return int(settings.get(CLASS_COUNT, 0)) or None

    def update_memory(
        self, memory: Memory, losses: Mapping[str, float], settings: Mapping[str, Value]
    ) -> Memory:
        """Makes the memory anew from a step's losses, by "player.loss"; as it was where a model has none."""
        update = self.recipe.update_memory
        return memory if update is None else update(memory, losses, **_taken(update, settings))


@cache
def model_files() -> tuple[str, ...]:
    """Lists the stems of the catalogue's files, sorted, and imports none of them."""
    return tuple(sorted(module.name for module in iter_modules(catalogue.__path__)))


@cache
def model_faults() -> Mapping[str, str]:
    """Says in a sentence why a file can't be used, by the stems of those that can't; imports all."""
    faults = {}
    for name in model_files():
        try:
            get_model(name)
        except MalformedModelError as error:
            faults[name] = str(error)
    return faults


def model_names() -> tuple[str, ...]:
    """Lists the models that can be used, sorted; imports all."""
    return tuple(name for name in model_files() if name not in model_faults())


@cache
def get_model(name: str) -> Model:
    """Finds a model by name.

    Raises:
        ModelNameError: the catalogue has no file of that name.
        MalformedModelError: the file can't be read as a model, whatever goes wrong in it.
    """
    if name not in model_files():
        raise ModelNameError(
            f"no model named {name[:_SHOWN]!r}; {did_you_mean(name[:_SHOWN], model_files())}"
        )
    module = f"{catalogue.__name__}.{name}"
    try:
        return read_model(name, import_module(module))
    except MalformedModelError:
        raise
    except (Exception, SystemExit) as error:
        path = f"{module.replace('.', '/')}.py"
        raise MalformedModelError(
            f"{path} can't be used: {_cause(error, path)}. Mend or remove the file."
        ) from error


def read_model(name: str, module: ModuleType) -> Model:
    """Reads a model's four parts off its module.

    Raises:
        MalformedModelError: naming the file and the part that is missing or can't be read.
    """
    recipe, build = getattr(module, "RECIPE", None), getattr(module, "build", None)
    if not (module.__doc__ or "").strip():
        raise MalformedModelError(f"catalogue/{name}.py has no docstring: name the paper and what differs")
    if not callable(build):
        raise MalformedModelError(f"catalogue/{name}.py has no function build(shape, *, settings)")
    if not isinstance(recipe, Recipe):
        raise MalformedModelError(f"catalogue/{name}.py has no RECIPE of type Recipe")
    settings: dict[str, Setting] = {}
    try:
        for function in (build, *recipe.functions):
            for setting in settings_of(function):
                if settings.setdefault(setting.name, setting) != setting:
                    raise MalformedModelError(f"setting '{setting.name}' is declared twice, and not alike")
    except MalformedModelError as error:
        raise MalformedModelError(f"catalogue/{name}.py: {error}") from error
    if LATENT_SIZE not in settings or settings.keys() & recipe.overrides().keys():
        raise MalformedModelError(
            f"catalogue/{name}.py: needs a setting latent_size, and none named like the recipe's"
        )
    return Model(name, str(module.__doc__), build, recipe, settings)


def _cause(error: BaseException, path: str) -> str:
    """Says the kind of error, its words, and the line of the file that it comes from."""
    said = " ".join(str(error).split()).rstrip(".")
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename.endswith(path)]
    place = f" (line {lines[-1]})" if lines else ""
    return f"{type(error).__name__}{': ' if said else ''}{said}{place}"


def _taken(function: Callable[..., object], settings: Mapping[str, Value]) -> dict[str, Value]:
    return {setting.name: settings[setting.name] for setting in settings_of(function)}
