"""`list`: the models of the catalogue."""

import argparse

from ganmodels.commands.parsers import Subparsers
from ganmodels.registry import get_model, model_names


def add_parser(commands: Subparsers) -> None:
    """Declares the command."""
    parser = commands.add_parser("list", help="the models of the catalogue")
    parser.set_defaults(run=run)


def run(_options: argparse.Namespace) -> int:
    """Prints a line for each model: name, paper, what it is."""
    for name in model_names():
        model = get_model(name)
        print(f"{name:12} {model.recipe.paper:18} {model.summary}")
    return 0
