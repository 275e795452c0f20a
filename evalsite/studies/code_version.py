"""Which code runs: the package's version, and the commit where it runs from a checkout."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

import evalsite

_ROOT = Path(evalsite.__file__).resolve().parent.parent


@cache
def code_version() -> str:
    """As ``0.1.0`` or ``0.1.0+1f2e3d4c5b6a``; with ``-dirty`` where files differ from the commit."""
    commit = _commit(_ROOT)
    return f"{evalsite.__version__}+{commit}" if commit else evalsite.__version__


def _commit(root: Path) -> str:
    """The checkout's commit; empty without git or outside a checkout of our own."""
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return ""
    answer = subprocess.run(
        [git, "-C", str(root), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    return answer.stdout.strip() if answer.returncode == 0 else ""
