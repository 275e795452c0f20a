"""What is to be trained: a model with its settings and recipe, how long, from which seed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ganmodels.errors import DataError, SettingError, did_you_mean
from ganmodels.recipe import Recipe
from ganmodels.registry import CLASS_COUNT, Model
from ganmodels.settings import Value
from ganmodels.training.data import ImageData


@dataclass(frozen=True)
class Plan:
    """One training.

    Attributes:
        model: from the catalogue.
        settings: of the model, complete.
        recipe: the model's, with what was overridden.
        steps: where to stop.
        seed: of weights, order of images, and latents.
        command: trains it again; stored with the checkpoint.
        log_every: steps between lines of the log, and between looks for NaN.
        save_every: steps between saves.
    """

    model: Model
    settings: Mapping[str, Value]
    recipe: Recipe
    steps: int
    seed: int = 0
    command: str = ""
    log_every: int = 50
    save_every: int = 500

    @classmethod
    def make(
        cls, model: Model, assignments: Mapping[str, str], steps: int | None = None, **rest: Any
    ) -> "Plan":
        """Makes a plan from the words of a command line, such as {"width": "32", "critic.updates": "3"}.

        Raises:
            SettingError: a name is neither a setting of the model nor a number of its recipe, or a value does
                not fit; the model is not trained here, or there are no steps to make.
        """
        if not model.recipe.players:
            raise SettingError(f"{model.name} is loaded and sampled, not trained; see list for the others")
        if steps is not None and steps < 1:
            raise SettingError(f"{steps} steps train nothing; give at least 1")
        overrides = model.recipe.overrides()
        known = {**model.settings, **overrides}
        for name in assignments:
            if name not in known:
                raise SettingError(f"{model.name} has no setting '{name}'; {did_you_mean(name, known)}")
        values = {name: known[name].parse(text) for name, text in assignments.items()}
        settings = model.resolve({name: value for name, value in values.items() if name in model.settings})
        recipe = model.recipe.override({name: value for name, value in values.items() if name in overrides})
        return cls(model, settings, recipe, recipe.steps if steps is None else steps, **rest)

    @property
    def class_count(self) -> int | None:
        """Number of classes that the model is conditioned on, or None."""
        return self.model.class_count(self.settings)

    def identity(self, data: ImageData) -> dict[str, Any]:
        """Returns what must be the same for a saved state to be resumed; the number of steps need not be."""
        return {
            "model": self.model.name,
            "settings": dict(self.settings),
            "recipe": self.recipe.as_json(),
            "seed": self.seed,
            "data": data.digest,
            **({"labels": data.labels_digest} if self.class_count else {}),
        }


def check_labels(plan: Plan, data: ImageData) -> None:
    """Looks whether a conditional model finds the classes that it is conditioned on.

    Raises:
        DataError: there are no labels, or one is not among the model's classes.
    """
    if plan.class_count is None:
        return
    if data.labels is None:
        raise DataError(
            f"{plan.model.name} is trained on classes and {data.name} has no labels: give an idx file with "
            "its labels beside it, an .npz with an array 'labels', or one folder for each class"
        )
    found = int(data.labels.max()) + 1
    if found > plan.class_count:
        raise DataError(
            f"{data.name} has {found} classes and {plan.model.name} knows {plan.class_count}; "
            f"give --set {CLASS_COUNT}={found}"
        )
