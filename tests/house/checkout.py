"""Whether what is imported lies beside what is written: pages are made of their own checkout's code."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("evalsite", "metrics", "ganmodels")


def refuse_another_checkout(root: Path) -> None:
    """End the program if a package comes from elsewhere than `root`, as an environment's own may.

    Args:
        root: the checkout whose pages are written.
    """
    for package in PACKAGES:
        spec = find_spec(package)
        found = Path(spec.origin or "").resolve().parent if spec else None
        if found != root / package:
            raise SystemExit(
                f"The pages of {root} would be made of {package} in {found}; run this in {root}, "
                "as a module (`python -m …`, as the Makefile does) and without PYTHONPATH."
            )
