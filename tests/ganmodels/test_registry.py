"""The catalogue is discovered, and refuses what it can't read."""

from types import ModuleType

import pytest

from ganmodels.catalogue import gan
from ganmodels.errors import MalformedModelError, ModelNameError
from ganmodels.registry import get_model, model_names, read_model


def test_models_are_found_by_their_files() -> None:
    assert {"gan", "vae", "wgan_gp"} <= set(model_names())
    assert get_model("gan").build is gan.build


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(ModelNameError, match="no model named 'wgan_pg'; did you mean 'wgan_gp'"):
        get_model("wgan_pg")


@pytest.mark.parametrize("name", ["os", "ganmodels.errors", "__init__", "../gan", ""])
def test_a_name_never_imports_anything_else(name: str) -> None:
    with pytest.raises(ModelNameError):
        get_model(name)


def _module(**parts: object) -> ModuleType:
    module = ModuleType("broken")
    whole = {"__doc__": "A model.", "build": gan.build, "RECIPE": gan.RECIPE}
    for name, part in (whole | parts).items():
        setattr(module, name, part)
    return module


@pytest.mark.parametrize(
    ("part", "value", "sentence"),
    [
        ("__doc__", " ", "no docstring"),
        ("build", None, "no function build"),
        ("RECIPE", {"steps": 3}, "no RECIPE"),
        ("build", lambda shape: None, "latent_size"),
        ("build", lambda shape, *, width=3: None, "'width'"),
    ],
)
def test_a_malformed_file_is_named_with_what_is_missing(part: str, value: object, sentence: str) -> None:
    with pytest.raises(MalformedModelError, match=f"catalogue/broken.py.*{sentence}"):
        read_model("broken", _module(**{part: value}))


def test_a_whole_file_is_read() -> None:
    assert read_model("broken", _module()).summary == "A model."
