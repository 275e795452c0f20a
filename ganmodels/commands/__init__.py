"""One file per command of `python -m ganmodels`; its stem is the command, `add_parser` declares it."""
