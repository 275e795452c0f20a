"""`info`: a checkpoint's description, or a model's settings."""

import argparse
import json
from pathlib import Path

from ganmodels.checkpoints.load import open_checkpoint
from ganmodels.commands.opening import add_file_options, asked
from ganmodels.commands.parsers import Subparsers
from ganmodels.registry import get_model, model_files


def add_parser(commands: Subparsers) -> None:
    """Declares the command."""
    parser = commands.add_parser("info", help="a checkpoint's description, or a model's settings")
    parser.add_argument("what", metavar="CHECKPOINT|NAME")
    add_file_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Prints what there is to know of a file (as JSON) or of a model."""
    if _is_place(options.what):
        opened = open_checkpoint(Path(options.what), asked(options), weights=False)
        print(json.dumps(opened.info.as_json(), indent=2))
        return 0
    model = get_model(options.what)
    print(model.documentation.strip(), end="\n\n")
    for setting in [*model.settings.values(), *model.recipe.overrides().values()]:
        print(f"--set {setting.name}={setting.default}  {setting.about.help} ({setting.expectation()})")
    for name, departure in model.recipe.departures.items():
        print(f"not as in the paper, {name}: {departure}")
    return 0


def _is_place(what: str) -> bool:
    """Tells a path, be there anything or not, from a model's name; a folder may be called like a model."""
    path = Path(what)
    named = what in model_files() and not path.is_file()
    return not named and (path.exists() or path.name != what or bool(path.suffix))
