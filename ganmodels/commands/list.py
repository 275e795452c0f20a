"""`list`: the models of the catalogue."""

import argparse
import sys

from ganmodels.commands.parsers import Subparsers
from ganmodels.registry import get_model, model_faults, model_names


def add_parser(commands: Subparsers) -> None:
    """Declares the command."""
    parser = commands.add_parser("list", help="the models of the catalogue")
    parser.set_defaults(run=run)


def run(_options: argparse.Namespace) -> int:
    """Prints a line for each model: name, paper, what it is; on stderr why a file can't be used."""
    for name in model_names():
        model = get_model(name)
        print(f"{name:12} {model.recipe.paper:18} {model.summary}")
    for sentence in model_faults().values():
        print(sentence, file=sys.stderr)
    return 0
