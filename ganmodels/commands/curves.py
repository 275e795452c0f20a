"""`curves`: losses and stopping signals of trainings, as a picture."""

import argparse
from pathlib import Path

from ganmodels.commands.parsers import Subparsers
from ganmodels.errors import SettingError

_FORMATS = (".png", ".svg", ".pdf")


def add_parser(commands: Subparsers) -> None:
    """Declares the command."""
    parser = commands.add_parser("curves", help="draw the losses of trainings, and their stopping signals")
    parser.add_argument("folders", type=Path, nargs="+", metavar="DIR", help="--out of a training")
    parser.add_argument("--out", type=Path, default=Path("curves.png"), help="a .png, .svg or .pdf")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Draws all trainings over one another.

    Raises:
        SettingError: the picture's name ends in no format that is drawn.
    """
    from ganmodels.training.curves import draw, read_run

    if options.out.suffix not in _FORMATS:
        raise SettingError(f"--out {options.out} ends in none of {', '.join(_FORMATS)}; give one that does")
    figure = draw([read_run(folder) for folder in options.folders])
    options.out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(options.out, dpi=120)
    print(f"{options.out} written")
    return 0
