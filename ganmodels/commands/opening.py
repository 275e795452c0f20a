"""What a person says on the command line of a file that does not say it itself.

Code of the person's own and programs are opened only where the operator's environment says
`GANMODELS_ALLOW_CODE=1`.
"""

import argparse
import os
from collections.abc import Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from ganmodels.checkpoints.asked import Architecture, Asked
from ganmodels.commands.parsers import assignments
from ganmodels.errors import CheckpointArchitectureError, CheckpointCodeError, SettingError
from ganmodels.networks.shapes import ImageShape

ALLOWANCE = "GANMODELS_ALLOW_CODE"


def add_file_options(parser: argparse.ArgumentParser, *, image_range: str = "--range") -> None:
    """Declares what may be said of a file; `image_range` is the name of that option."""
    parser.add_argument("--model", default="", metavar="NAME", help="network of a state dict; see list")
    parser.add_argument(
        "--set", action="append", default=[], metavar="K=V", help="a setting of the model; see info NAME"
    )
    parser.add_argument("--shape", metavar="CxHxW", help="of the images, such as 3x32x32, for a state dict")
    parser.add_argument(
        image_range, dest="range", metavar="LOW,HIGH", default="-1,1", help="of an own network's images"
    )
    parser.add_argument("--part", default="", help="path inside a state dict, where several networks fit")
    parser.add_argument(
        "--architecture",
        metavar="FILE.py:FACTORY",
        help=f"factory(shape, **settings) of an own network; runs FILE.py, so only with {ALLOWANCE}=1",
    )


def asked(options: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> Asked:
    """Reads what was said of a file.

    Args:
        options: parsed; see `add_file_options`.
        environment: the operator's.

    Raises:
        SettingError: a setting, shape or range that can't be read.
        CheckpointCodeError: code of one's own where the operator does not allow it.
        CheckpointArchitectureError: no such factory.
    """
    allow_code = environment.get(ALLOWANCE) == "1"
    return Asked(
        model=options.model,
        settings=assignments(options.set),
        image_shape=_shape(options.shape) if options.shape else None,
        image_range=_range(options.range),
        part=options.part,
        architecture=_architecture(options.architecture, allow_code) if options.architecture else None,
        allow_code=allow_code,
    )


def _shape(text: str) -> ImageShape:
    sides = text.lower().split("x")
    if len(sides) != 3 or not all(side.isdecimal() and int(side[:6]) >= 1 for side in sides):
        raise SettingError(f"--shape {text[:80]} is not channels, height, width, such as 3x32x32")
    channels, height, width = (int(side[:6]) for side in sides)
    return channels, height, width


def _range(text: str) -> tuple[float, float]:
    try:
        low, high = (float(word) for word in text.split(","))
    except ValueError as error:
        raise SettingError(f"--range={text[:80]} is not two numbers, such as 0,1") from error
    if not -1e6 < low < high < 1e6:
        raise SettingError(f"--range={text[:80]} does not grow; give lowest and highest, such as 0,1")
    return low, high


def _architecture(text: str, allow_code: bool) -> Architecture:
    file, _, factory = text.rpartition(":")
    if not allow_code:
        raise CheckpointCodeError(
            f"--architecture runs {file[:200] or text[:200]}, and this machine does not allow it; set "
            f"{ALLOWANCE}=1 if you trust the file"
        )
    path = Path(file)
    spec = spec_from_file_location(path.stem, path) if path.is_file() else None
    if spec is None or spec.loader is None:
        raise CheckpointArchitectureError(
            f"--architecture {text[:200]} is not of the form path/to/file.py:factory"
        )
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # code of the caller's own
        raise CheckpointArchitectureError(
            f"{path.name} can't be run ({type(error).__name__}: {error})"
        ) from error
    found: Architecture | None = getattr(module, factory, None)
    if not callable(found):
        raise CheckpointArchitectureError(
            f"{path.name} has no function '{factory[:80]}'; name the one that builds"
        )
    return found
