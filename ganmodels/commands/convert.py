"""`convert`: a checkpoint of any format to our own, which describes itself and can be given to the site."""

import argparse
from pathlib import Path

from ganmodels.checkpoints.convert import convert
from ganmodels.commands.opening import add_file_options, asked
from ganmodels.commands.parsers import Subparsers
from ganmodels.errors import SettingError


def add_parser(commands: Subparsers) -> None:
    """Declares the command."""
    parser = commands.add_parser("convert", help="write another's checkpoint as a .safetensors of ours")
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.safetensors")
    add_file_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Writes the file and, beside it, its description.

    Raises:
        SettingError: the file is named as its description would be.
    """
    if options.out.suffix == ".json":
        raise SettingError(
            f"--out {options.out} is the description's name; give one that ends in .safetensors"
        )
    convert(options.checkpoint, options.out, asked(options))
    print(f"{options.out} written")
    return 0
