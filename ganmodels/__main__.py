"""`python -m ganmodels`: every file of `ganmodels/commands` with an `add_parser` is a command."""

import argparse
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules

from ganmodels import commands
from ganmodels.errors import GanmodelsError

REFUSED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Returns:
        0 when done, 2 when refused with a sentence, 128 + n when stopped by signal n.
    """
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except GanmodelsError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return REFUSED
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(f"{place}{error.strerror or error}; name another place or make room there", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print("stopped; what is written stays", file=sys.stderr)
        return 128 + signal.SIGINT
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ganmodels", description="Train, load and sample generative image models."
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for found in iter_modules(commands.__path__):
        module = import_module(f"{commands.__name__}.{found.name}")
        if hasattr(module, "add_parser"):
            module.add_parser(subparsers)
    return parser


if __name__ == "__main__":
    sys.exit(main())
