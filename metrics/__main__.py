"""The command: `python -m metrics evaluate | list | info | features | reference | cache | sensitivity`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from metrics.commands import evaluating, listing, probing, saving
from metrics.distributed import joined
from metrics.errors import MetricsError

USERS_MISTAKE = 2
PIPED_COLUMNS = 160
"""Wide enough for the longest name, which a search would not find folded."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: words after the command's name; None takes the process's own.

    Returns:
        Exit status: 0, or 2 for a mistake of the user's.
    """
    parser = argparse.ArgumentParser(prog="python -m metrics", description="Measure generated images.")
    commands = parser.add_subparsers(required=True)
    for command in (evaluating, listing, saving, probing):
        command.add(commands)
    options = parser.parse_args(arguments)
    try:
        with joined() as workers:
            options.run(options, Console(width=None if sys.stdout.isatty() else PIPED_COLUMNS), workers)
    except MetricsError as error:
        Console(stderr=True).print(f"[red]error:[/red] {escape(str(error))}", highlight=False, soft_wrap=True)
        return USERS_MISTAKE
    return 0


if __name__ == "__main__":
    sys.exit(main())
