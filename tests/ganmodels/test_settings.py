"""Settings, read off signatures and checked against what a file or a command line says."""

from typing import Annotated, Any, Literal

import pytest

from ganmodels.errors import MalformedModelError, SettingError
from ganmodels.settings import About, resolve, settings_of


def _sample(
    shape: int,
    *,
    width: Annotated[int, About("channels", 1, 64)] = 8,
    rate: Annotated[float, About("step size", 0.0, 1.0)] = 0.5,
    kind: Annotated[Literal["conv", "mlp"], About("family")] = "conv",
    sharp: Annotated[bool, About("whether")] = False,
) -> None: ...


SETTINGS = {setting.name: setting for setting in settings_of(_sample)}


def test_positional_parameters_are_no_settings() -> None:
    assert list(SETTINGS) == ["width", "rate", "kind", "sharp"]
    assert SETTINGS["width"].expectation() == "int from 1 to 64"
    assert SETTINGS["kind"].expectation() == "one of conv, mlp"


def test_defaults_complete_what_is_given() -> None:
    assert resolve(SETTINGS, {"width": 4, "rate": 1}, "it") == {
        "width": 4,
        "rate": 1.0,
        "kind": "conv",
        "sharp": False,
    }


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(SettingError, match="it has no setting 'widht'; did you mean 'width'"):
        resolve(SETTINGS, {"widht": 4}, "it")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("width", 0),
        ("width", 65),
        ("width", 4.0),
        ("width", True),
        ("width", "4"),
        ("width", None),
        ("width", [4]),
        ("rate", float("nan")),
        ("rate", float("inf")),
        ("rate", 10**400),
        ("rate", False),
        ("kind", "Conv"),
        ("kind", 1),
        ("sharp", 1),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(SettingError, match=f"^{name}="):
        SETTINGS[name].check(value)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("width", "16", 16), ("rate", "1e-1", 0.1), ("kind", "mlp", "mlp"), ("sharp", "True", True)],
)
def test_words_of_a_command_line(name: str, text: str, value: object) -> None:
    assert SETTINGS[name].parse(text) == value


@pytest.mark.parametrize(
    ("name", "text"), [("width", "x"), ("width", "1.5"), ("rate", "nan"), ("sharp", "maybe")]
)
def test_words_that_can_not_be_read(name: str, text: str) -> None:
    with pytest.raises(SettingError, match=f"^{name}="):
        SETTINGS[name].parse(text)


def _bare(*, width: int = 8) -> None: ...
def _no_default(*, width: Annotated[int, About("channels", 1, 2)]) -> None: ...
def _no_range(*, width: Annotated[int, About("channels")] = 8) -> None: ...
def _bad_default(*, width: Annotated[int, About("channels", 1, 2)] = 8) -> None: ...
def _odd_type(*, width: Annotated[tuple[int, ...], About("channels")] = ()) -> None: ...


@pytest.mark.parametrize("function", [_bare, _no_default, _no_range, _bad_default, _odd_type])
def test_a_malformed_signature_is_refused_at_reading(function: Any) -> None:
    with pytest.raises(MalformedModelError, match=f"parameter 'width' of {function.__name__}"):
        settings_of(function)
