#!/usr/bin/env python
"""Run an administrative task of the site: ``python manage.py help`` lists them."""

import os
import sys


def main() -> None:
    """Hand the command line to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalsite.settings")
    from evalsite.command_line import main as run

    run(sys.argv)


if __name__ == "__main__":
    main()
